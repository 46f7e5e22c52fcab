//! Input that cannot be read twice is copied to a temporary file first.
//!
//! A thread of its own reads, since reading a silent pipe blocks and cannot be broken off; the caller
//! waits for its chunks with a timeout and so sees within a fraction of a second that the run should stop.
//! The thread is then left behind, blocked, until the pipe says something or the program ends.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::progress::{Progress, Stage, Unit};

/// A temporary file, removed when dropped.
pub(super) type InputCopy = tempfile::TempPath;

pub(super) enum From<'a> {
    Stdin,
    Path(&'a Path),
}

const CHUNK: usize = 256 << 10;
const PATIENCE: Duration = Duration::from_millis(100);

pub(super) fn copy(
    from: From<'_>,
    tmp: &Path,
    progress: &dyn Progress,
) -> Result<(InputCopy, Metadata)> {
    let path = match from {
        From::Stdin => None,
        From::Path(path) => Some(path.to_path_buf()),
    };
    progress.begin(Stage::Spool, 0, Unit::Bytes);
    let result = copy_all(path, tmp, progress);
    progress.end();
    result
}

fn copy_all(
    path: Option<PathBuf>,
    tmp: &Path,
    progress: &dyn Progress,
) -> Result<(InputCopy, Metadata)> {
    let shown = path
        .clone()
        .unwrap_or_else(|| PathBuf::from("standard input"));
    let mut builder = tempfile::Builder::new();
    builder.prefix("wirecopy-input-");
    let mut file = builder
        .tempfile_in(tmp)
        .map_err(Error::io("create a temporary file in", tmp))?;

    let (sender, receiver) = sync_channel::<io::Result<Vec<u8>>>(4);
    std::thread::Builder::new()
        .name("wirecopy-spool".into())
        .spawn(move || {
            // Opening a pipe blocks too, until somebody writes to it.
            let mut input: Box<dyn Read> = match &path {
                None => Box::new(io::stdin()),
                Some(path) => match File::open(path) {
                    Ok(file) => Box::new(file),
                    Err(e) => return drop(sender.send(Err(e))),
                },
            };
            loop {
                let mut chunk = vec![0; CHUNK];
                let message = match input.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(n) => {
                        chunk.truncate(n);
                        Ok(chunk)
                    }
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                    Err(e) => Err(e),
                };
                let failed = message.is_err();
                // A failed send means that nobody waits any more.
                if sender.send(message).is_err() || failed {
                    return;
                }
            }
        })
        .map_err(Error::io("read", &shown))?;

    loop {
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        match receiver.recv_timeout(PATIENCE) {
            Ok(Ok(chunk)) => {
                file.write_all(&chunk)
                    .map_err(Error::io("write", file.path()))?;
                progress.advance(chunk.len() as u64, 0);
            }
            Ok(Err(e)) => return Err(Error::io("read", &shown)(e)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let metadata = file
        .as_file()
        .metadata()
        .map_err(Error::io("read", file.path()))?;
    Ok((file.into_temp_path(), metadata))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    fn fifo(dir: &Path) -> PathBuf {
        let path = dir.join("pipe");
        let status = std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap();
        assert!(status.success());
        path
    }

    #[test]
    fn a_pipe_is_copied() {
        let dir = tempfile::tempdir().unwrap();
        let path = fifo(dir.path());
        let data: Vec<u8> = (0..1_000_000u32).map(|i| i as u8).collect();
        let (copied, metadata) = std::thread::scope(|s| {
            s.spawn(|| std::fs::write(&path, &data).unwrap());
            copy(From::Path(&path), dir.path(), &crate::progress::Silent).unwrap()
        });
        assert_eq!(metadata.len(), data.len() as u64);
        assert!(std::fs::read(&copied).unwrap() == data);
        let kept = copied.to_path_buf();
        drop(copied);
        assert!(!kept.exists());
    }

    #[test]
    fn a_silent_pipe_can_be_left() {
        struct Stop(AtomicBool, Instant);
        impl Progress for Stop {
            fn cancelled(&self) -> bool {
                self.0.load(Ordering::Relaxed) || self.1.elapsed() > Duration::from_millis(50)
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let path = fifo(dir.path());
        let stop = Stop(AtomicBool::new(false), Instant::now());
        let result = copy(From::Path(&path), &std::env::temp_dir(), &stop);
        assert!(matches!(result, Err(Error::Interrupted)));
        assert!(stop.1.elapsed() < Duration::from_secs(1));
    }
}
