//! The bodies of objects: files, each written once and never changed.
//!
//! A file is synced, and its folder too, before its name goes into a row. Files that no row names (a process ended between
//! the two, or between the deletion of a row and that of its file) are found by [`Bodies::files_before`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tokio::fs::File;
use tokio::io::{AsyncRead as _, AsyncSeekExt as _, AsyncWriteExt as _, ReadBuf};

use crate::model::Segment;

/// Bytes that are read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The folder of all files.
pub(crate) struct Bodies {
    folder: PathBuf,
}

/// A file that is being written. Dropped before [`Draft::keep`], it leaves nothing behind but a file for the sweep.
pub(crate) struct Draft {
    file: File,
    name: String,
    path: PathBuf,
    size: u64,
}

impl Bodies {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Bodies { folder: folder.to_owned() })
    }

    /// Begins a file. Its name is a random one of hexadecimal digits.
    pub(crate) async fn create(&self, name: String) -> io::Result<Draft> {
        let path = self.path(&name);
        let file = File::create_new(&path).await?;
        Ok(Draft { file, name, path, size: 0 })
    }

    /// A second name for the same bytes, durable like the first.
    pub(crate) async fn link(&self, segment: &Segment, name: String) -> io::Result<Segment> {
        let path = self.path(&name);
        tokio::fs::hard_link(self.path(&segment.file), &path).await?;
        sync_folder(&path).await?;
        Ok(Segment { file: name, size: segment.size })
    }

    /// The bytes of these segments, one after the other, from `start` up to `end`.
    pub(crate) fn read(&self, segments: &[Segment], start: u64, end: u64) -> Reading {
        let mut reading = Reading { pieces: Vec::new(), next: Step::Idle };
        let mut at = 0;
        for segment in segments {
            let (from, to) = (start.max(at), end.min(at + segment.size));
            if from < to {
                let path = self.path(&segment.file);
                reading.pieces.push(Piece { path, skip: from - at, take: to - from });
            }
            at += segment.size;
        }
        // The next one is taken from the end.
        reading.pieces.reverse();
        reading
    }

    /// Removes files that no row names any more. Whatever can't be removed now is left to the next sweep.
    pub(crate) async fn remove(&self, segments: impl IntoIterator<Item = Segment>) {
        for segment in segments {
            if let Err(error) = tokio::fs::remove_file(self.path(&segment.file)).await {
                tracing::warn!(file = segment.file, %error, "failed to remove a body");
            }
        }
    }

    /// The names of all files that were last changed before `then`.
    pub(crate) fn files_before(&self, then: SystemTime) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            if file.metadata()?.modified()? < then {
                names.extend(file.file_name().into_string());
            }
        }
        Ok(names)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Draft {
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// Makes the file durable. If that fails, as it may on a full disk, nothing is left of it.
    pub(crate) async fn keep(mut self) -> io::Result<Segment> {
        match self.sync().await {
            Ok(()) => Ok(Segment { file: self.name, size: self.size }),
            Err(error) => {
                self.discard().await;
                Err(error)
            }
        }
    }

    async fn sync(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        sync_folder(&self.path).await
    }

    /// Removes what has been written.
    pub(crate) async fn discard(self) {
        drop(self.file);
        if let Err(error) = tokio::fs::remove_file(&self.path).await {
            tracing::warn!(file = self.name, %error, "failed to remove an unfinished body");
        }
    }
}

/// Makes the name of a file durable.
async fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) => File::open(folder).await?.sync_all().await,
        None => Ok(()),
    }
}

/// A body on its way out.
pub(crate) struct Reading {
    pieces: Vec<Piece>,
    next: Step,
}

struct Piece {
    path: PathBuf,
    skip: u64,
    take: u64,
}

/// A file at its place, and how much of it is wanted.
type Opening = Pin<Box<dyn Future<Output = io::Result<(File, u64)>> + Send + Sync>>;

enum Step {
    Idle,
    Opening(Opening),
    Reading(File, u64),
}

impl Stream for Reading {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.next {
                Step::Idle => {
                    let Some(piece) = self.pieces.pop() else { return Poll::Ready(None) };
                    self.next = Step::Opening(Box::pin(piece.open()));
                }
                Step::Opening(opening) => match ready!(opening.as_mut().poll(cx)) {
                    Ok((file, left)) => self.next = Step::Reading(file, left),
                    Err(error) => return Poll::Ready(Some(Err(error))),
                },
                Step::Reading(_, 0) => self.next = Step::Idle,
                Step::Reading(file, left) => {
                    let wanted = usize::try_from(*left).unwrap_or(usize::MAX).min(PIECE_BYTES);
                    let mut bytes = BytesMut::zeroed(wanted);
                    let mut buffer = ReadBuf::new(&mut bytes);
                    ready!(Pin::new(file).poll_read(cx, &mut buffer))?;
                    let filled = buffer.filled().len();
                    if filled == 0 {
                        let error = io::Error::from(io::ErrorKind::UnexpectedEof);
                        return Poll::Ready(Some(Err(error)));
                    }
                    *left -= filled as u64;
                    bytes.truncate(filled);
                    return Poll::Ready(Some(Ok(bytes.freeze())));
                }
            }
        }
    }
}

impl Piece {
    async fn open(self) -> io::Result<(File, u64)> {
        let mut file = File::open(&self.path).await?;
        if 0 < self.skip {
            file.seek(io::SeekFrom::Start(self.skip)).await?;
        }
        Ok((file, self.take))
    }
}
