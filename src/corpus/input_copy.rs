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

use tempfile::TempPath;

use crate::error::{Error, Result};
use crate::progress::{Progress, Stage, Unit};

/// A temporary file that is gone when dropped. On Linux it has no name, and goes with the process, however that ends.
#[derive(Debug)]
pub(super) struct InputCopy {
    path: PathBuf,
    _held: Held,
}

/// What keeps the file there.
#[derive(Debug)]
enum Held {
    Name(#[expect(dead_code, reason = "it removes the file")] TempPath),
    #[cfg(target_os = "linux")]
    Open(#[expect(dead_code, reason = "the path is that of this open file")] File),
}

impl InputCopy {
    /// An empty file in `folder`, and its handle.
    fn create(folder: &Path) -> io::Result<(File, Self)> {
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd;
            let held = tempfile::tempfile_in(folder)?;
            let path = PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd()));
            if File::open(&path).is_ok() {
                let file = held.try_clone()?;
                let _held = Held::Open(held);
                return Ok((file, Self { path, _held }));
            }
        }
        let named = tempfile::Builder::new()
            .prefix("wirecopy-input-")
            .tempfile_in(folder)?;
        let (file, name) = named.into_parts();
        let path = name.to_path_buf();
        let _held = Held::Name(name);
        Ok((file, Self { path, _held }))
    }

    /// Where it can be opened, by this process.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

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
    let (mut file, copy) =
        InputCopy::create(tmp).map_err(Error::io("create a temporary file in", tmp))?;

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
                    .map_err(Error::io("write a temporary file in", tmp))?;
                progress.advance(chunk.len() as u64, 0);
            }
            Ok(Err(e)) => return Err(Error::io("read", &shown)(e)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let metadata = file
        .metadata()
        .map_err(Error::io("read a temporary file in", tmp))?;
    Ok((copy, metadata))
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
        // It is opened more than once.
        for _ in 0..2 {
            assert!(std::fs::read(copied.path()).unwrap() == data);
        }
        let kept = copied.path().to_path_buf();
        drop(copied);
        assert!(!kept.exists());
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            1,
            "the pipe"
        );
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
