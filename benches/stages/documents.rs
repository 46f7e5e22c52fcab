//! Documents that are made here.

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ x >> 31
    }

    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }
}

/// A made-up article of about 525 words and 3.2 KB. The lengths of words are spread as in
/// English; quotes, apostrophes and dashes are curly. Letters come from `alphabet`.
pub fn article(random: &mut Random, alphabet: &[char]) -> String {
    // How many in a hundred words have 1, 2, 3, ... letters.
    const LENGTHS: [u64; 14] = [3, 17, 21, 16, 11, 8, 8, 6, 4, 3, 1, 1, 1, 0];
    let mut text = String::new();
    let mut quoted = false;
    for i in 0..525 {
        let mut at = random.below(100);
        let mut length = 1;
        for (i, share) in LENGTHS.iter().enumerate() {
            length = i + 1;
            if at < *share {
                break;
            }
            at -= share;
        }
        for j in 0..length {
            let c = alphabet[random.below(alphabet.len() as u64) as usize];
            if j == 0 && i % 9 == 0 {
                text.extend(c.to_uppercase());
            } else {
                text.push(c);
            }
        }
        text.push_str(match random.below(60) {
            0 if quoted => {
                quoted = false;
                ",” "
            }
            0 => {
                quoted = true;
                " “"
            }
            1 => "’",
            2 => " – ",
            3..6 => ". ",
            6..9 => ", ",
            _ => " ",
        });
    }
    text
}

/// Lines of about 60 characters, as agencies send them, and their name at the end.
pub fn hard_wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        wrapped.push_str(word);
        length += word.len() + 1;
        wrapped.push(if length > 55 { '\n' } else { ' ' });
        length %= 56;
    }
    wrapped + "\n Reuter"
}
