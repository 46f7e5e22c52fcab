//! The inner loops, compiled once for each instruction set.
//!
//! The loops are plain Rust over blocks of a fixed size (`plain.rs`), which the compiler turns into
//! vector code; compiled for AVX-512 they are as fast as written with intrinsics. `x86.rs` only compiles
//! them again with more instructions allowed, and has all the `unsafe`.

mod plain;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86;

use super::shingles::ShingleSize;
use super::signature::Permutations;

/// A compiled version of the inner loops, chosen at run time.
///
/// All kernels give the same bits; the choice is a matter of speed, and left to
/// [`Kernel::best`] outside of tests and benchmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    #[cfg(target_arch = "x86_64")]
    X86(x86::Isa),
}

impl Kernel {
    /// The kernels that this machine can run, the slowest first.
    pub fn available() -> Vec<Self> {
        #[cfg_attr(not(target_arch = "x86_64"), allow(unused_mut))]
        let mut kernels = vec![Self(Kind::Plain)];
        #[cfg(target_arch = "x86_64")]
        kernels.extend(x86::Isa::available().map(|isa| Self(Kind::X86(isa))));
        kernels
    }

    /// The fastest kernel that this machine can run.
    #[inline]
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = x86::Isa::best() {
            return Self(Kind::X86(isa));
        }
        Self(Kind::Plain)
    }

    /// The name for reports: `plain`, `avx2`, `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.name(),
        }
    }

    /// [`shingles`](super::shingles) by this kernel.
    pub fn shingles(self, tokens: &[u64], size: ShingleSize, out: &mut Vec<u64>) {
        let count = (tokens.len() + 1).saturating_sub(size.get());
        // What is there already is overwritten: no need to clear it first.
        out.resize(count, 0);
        match self.0 {
            Kind::Plain => plain::shingles(tokens, size.get(), out),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.shingles(tokens, size.get(), out),
        }
    }

    /// Sets a bit in `table` for every shingle and returns how many bits are set then. The length of the table is a
    /// power of two, at least 2.
    pub(crate) fn set_bits(self, shingles: &[u64], table: &mut [u64]) -> u32 {
        match self.0 {
            Kind::Plain => plain::set_bits(shingles, table),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.set_bits(shingles, table),
        }
    }

    /// [`Permutations::signature`] by this kernel.
    pub fn signature(self, permutations: &Permutations, shingles: &[u64], out: &mut [u32]) {
        match self.0 {
            Kind::Plain => plain::signature(permutations, shingles, out),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.signature(permutations, shingles, out),
        }
    }

    /// [`Layout::pack`](super::Layout::pack) by this kernel.
    #[inline]
    pub(crate) fn pack(self, values: &[u32], whole: usize, packed: &mut [u32]) {
        match self.0 {
            Kind::Plain => plain::pack(values, whole, packed),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.pack(values, whole, packed),
        }
    }

    /// Whole values that agree in two packed signatures; places that are not used agree, too.
    #[inline]
    pub(crate) fn whole_agreement(self, a: &[u32], b: &[u32]) -> u32 {
        match self.0 {
            Kind::Plain => plain::whole_agreement(a, b),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.whole_agreement(a, b),
        }
    }

    /// Values that agree among those of two packed signatures that are not kept whole; places that are not used agree, too.
    #[inline]
    pub(crate) fn low_agreement(self, a: &[u32], b: &[u32]) -> u32 {
        match self.0 {
            Kind::Plain => plain::low_agreement(a, b),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.low_agreement(a, b),
        }
    }

    /// [`Layout::equal_and_lesser`](super::Layout::equal_and_lesser) by this kernel, of places that are not used, too, if `floor` is 0.
    #[inline]
    pub(crate) fn equal_and_lesser(
        self,
        a: &[u32],
        b: &[u32],
        whole: usize,
        floor: u32,
    ) -> (u32, u32) {
        match self.0 {
            Kind::Plain => plain::equal_and_lesser(a, b, whole, floor),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.equal_and_lesser(a, b, whole, floor),
        }
    }
}
