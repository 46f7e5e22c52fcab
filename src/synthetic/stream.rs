//! A corpus as a stream of blocks, in order.

use std::io::{self, Write};

use rayon::prelude::*;

use super::block::{BLOCK, Block, Writer, variant_story};
use super::{SyntheticOptions, SyntheticSummary};

pub(super) fn write(
    options: &SyntheticOptions,
    out: &mut dyn Write,
    mut truth: Option<&mut dyn Write>,
) -> io::Result<SyntheticSummary> {
    let blocks = options.articles.div_ceil(BLOCK);
    // A block and the one that is being written, for each thread: what is held does not grow with the corpus.
    let batch = rayon::current_num_threads().max(1) as u64;
    let variant_story = variant_story(options);
    let make = |first: u64| -> Vec<Block> {
        let numbers = first..blocks.min(first + batch);
        numbers
            .into_par_iter()
            .map(|number| Writer::new(options, number, variant_story.as_ref()).block())
            .collect()
    };
    let mut summary = SyntheticSummary::default();
    if let Some(truth) = &mut truth {
        truth.write_all(b"id,story,kind\n")?;
    }
    let mut ready = make(0);
    let mut next = batch;
    while !ready.is_empty() {
        let mut following = Vec::new();
        let mut written = Ok(());
        // The next blocks are made while these are written; writing stays on this thread.
        rayon::in_place_scope(|scope| {
            if next < blocks {
                scope.spawn(|_| following = make(next));
            }
            for block in &ready {
                written = out.write_all(&block.lines);
                if let (Ok(()), Some(truth)) = (&written, &mut truth) {
                    written = truth.write_all(&block.truth);
                }
                if written.is_err() {
                    return;
                }
                summary.add(&block.summary);
            }
        });
        written?;
        ready = following;
        next += batch;
    }
    out.flush()?;
    if let Some(truth) = &mut truth {
        truth.flush()?;
    }
    Ok(summary)
}
