//! What is done to fjall's journals before fjall reads them, so that a store opens after any crash and stays safe.
//!
//! fjall appends a group to its journal and then syncs it, so at any time the last batch of a journal may be unsynced, and
//! only the last. Two things are left to us:
//!
//! - **A torn batch.** When the power goes during a sync, some pages of the batch may be on the disk and others not. If it
//!   is a page amid a value that is missing, fjall finds a wrong checksum and refuses to open. The batch was never
//!   acknowledged, so it is cut off; a copy is kept beside the journal, as `<id>.jnl.torn`.
//!   A broken batch *before* a whole one was acknowledged: that is damage, and refused.
//! - **A sync that failed.** The kernel then takes the unsynced pages for clean: they can be read until they leave memory,
//!   but no later sync writes them. fjall would go on behind such a hole, and lose what it acknowledges there in the next
//!   power loss. So after anything but a clean end each journal is written anew, into a file whose pages have never seen
//!   a failed sync.
//!
//! The layout is fjall 3's (`fjall::journal::entry`), which its format version vouches for. A batch is
//! `1, items: u32, sequence number: u64`, then the items, then `3, xxh3 of the items: u64, "FJL\x03"`.
//! An item is `2, kind: u8, compression: u8, keyspace: u64, key length: u16, value length: u32, stored length: u32, key,
//! value`, or `4, keyspace: u64`. Integers are little-endian.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use crate::folder::{OpenError, sync_folder};

/// Enough to read and write at full speed; a journal has up to 80 MB, and an idle process shall not remember them.
const CHUNK_BYTES: usize = 64 * 1024;

/// Makes the journals in `database` whole and durable; `are_clean` says that no sync of them can have failed.
pub(crate) fn restore(database: &Path, are_clean: bool) -> Result<(), OpenError> {
    let journals = journals(database).map_err(OpenError::Io)?;
    let mut rewritten = false;
    for journal in journals {
        rewritten |= restore_journal(&journal, are_clean)?;
    }
    if rewritten {
        sync_folder(database).map_err(OpenError::Io)?;
    }
    Ok(())
}

fn journals(database: &Path) -> io::Result<Vec<PathBuf>> {
    let mut journals = Vec::new();
    for entry in fs::read_dir(database)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jnl") {
            journals.push(path);
        }
    }
    Ok(journals)
}

/// Whether the journal was written anew.
fn restore_journal(path: &Path, is_clean: bool) -> Result<bool, OpenError> {
    let mut journal = File::open(path).map_err(OpenError::Io)?;
    let whole = whole_batches(&mut journal).map_err(OpenError::Io)?;
    let torn = rest_of(&mut journal, whole).map_err(OpenError::Io)?;
    if torn.is_empty() && (is_clean || whole == 0) {
        return Ok(false);
    }
    if holds_a_batch(&torn) {
        return Err(OpenError::Damaged { path: path.to_owned(), offset: whole });
    }
    if !torn.is_empty() {
        let kept = path.with_extension("jnl.torn");
        tracing::warn!(
            journal = %path.display(), kept = %kept.display(), bytes = torn.len(),
            "the last batch was cut short by a crash before it was acknowledged, it is set aside"
        );
        write_durably(&kept, &mut &torn[..]).map_err(OpenError::Io)?;
    }
    let fresh = path.with_extension("new");
    let from_start = journal.seek(SeekFrom::Start(0)).map(|_| journal.take(whole));
    from_start.and_then(|mut whole| write_durably(&fresh, &mut whole)).map_err(OpenError::Io)?;
    fs::rename(&fresh, path).map_err(OpenError::Io)?;
    Ok(true)
}

/// `io::copy` won't do: it may have the file system share the very blocks that a failed sync left unwritten.
fn write_durably(path: &Path, from: &mut impl Read) -> io::Result<()> {
    let mut file = File::create(path)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match from.read(&mut chunk)? {
            0 => return file.sync_all(),
            read => file.write_all(&chunk[..read])?,
        }
    }
}

/// What follows `offset`, without the zeros at the end: a new journal is 64 MiB of them, so they are nothing.
fn rest_of(journal: &mut File, offset: u64) -> io::Result<Vec<u8>> {
    static ZEROS: [u8; CHUNK_BYTES] = [0; CHUNK_BYTES];
    journal.seek(SeekFrom::Start(offset))?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut rest = Vec::new();
    let mut length = 0;
    loop {
        let read = journal.read(&mut chunk)?;
        if read == 0 {
            return Ok(rest);
        }
        // Comparing them all at once is fast even where this isn't optimized.
        if chunk[..read] != ZEROS[..read]
            && let Some(last) = chunk[..read].iter().rposition(|byte| *byte != 0)
        {
            rest.resize(length, 0);
            rest.extend_from_slice(&chunk[..=last]);
        }
        length += read;
    }
}

/// The length of the batches that follow each other from the start.
fn whole_batches(journal: &mut impl Read) -> io::Result<u64> {
    let mut journal = BufReader::with_capacity(CHUNK_BYTES, journal);
    let mut length = 0;
    while let Some(batch) = whole_batch(&mut journal)? {
        length += batch;
    }
    Ok(length)
}

/// Whether there is a whole batch anywhere.
fn holds_a_batch(bytes: &[u8]) -> bool {
    let is_start = |offset: &usize| bytes[*offset] == START;
    (0..bytes.len())
        .filter(is_start)
        .any(|offset| whole_batch(&mut &bytes[offset..]).is_ok_and(|batch| batch.is_some()))
}

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const CLEAR: u8 = 4;
const TRAILER: [u8; 4] = *b"FJL\x03";

/// The length of the batch that `from` begins with, if it is whole.
fn whole_batch(from: &mut impl Read) -> io::Result<Option<u64>> {
    let mut unread = Unread { from, length: 0, items: Xxh3::default() };
    match unread.batch() {
        Ok(()) => Ok(Some(unread.length)),
        Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

struct Unread<'a, R> {
    from: &'a mut R,
    /// How much has been read.
    length: u64,
    /// The checksum of the items so far.
    items: Xxh3,
}

impl<R: Read> Unread<'_, R> {
    fn batch(&mut self) -> io::Result<()> {
        self.expect([START])?;
        let items = u32::from_le_bytes(self.array()?);
        let _sequence_number: [u8; 8] = self.array()?;
        self.items.reset();
        for _ in 0..items {
            self.item()?;
        }
        let checksum = self.items.digest();
        self.expect([END])?;
        self.expect(checksum.to_le_bytes())?;
        self.expect(TRAILER)
    }

    fn item(&mut self) -> io::Result<()> {
        let [tag] = self.array()?;
        match tag {
            ITEM => {
                let [_kind, _compression] = self.array()?;
                let _keyspace: [u8; 8] = self.array()?;
                let key = u16::from_le_bytes(self.array()?);
                let _value: [u8; 4] = self.array()?;
                let stored = u32::from_le_bytes(self.array()?);
                self.skip(u64::from(key) + u64::from(stored))
            }
            CLEAR => self.skip(8),
            _ => Err(ErrorKind::InvalidData.into()),
        }
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut array = [0; N];
        self.fill(&mut array)?;
        Ok(array)
    }

    fn expect<const N: usize>(&mut self, expected: [u8; N]) -> io::Result<()> {
        if self.array()? == expected { Ok(()) } else { Err(ErrorKind::InvalidData.into()) }
    }

    fn skip(&mut self, mut length: u64) -> io::Result<()> {
        let mut chunk = [0; 1024];
        while 0 < length {
            let part = length.min(chunk.len() as u64);
            self.fill(&mut chunk[..part as usize])?;
            length -= part;
        }
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.from.read_exact(bytes)?;
        self.items.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(items: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (key, value) in items {
            body.extend([ITEM, 0, 0]);
            body.extend(7u64.to_le_bytes());
            body.extend((key.len() as u16).to_le_bytes());
            body.extend([(value.len() as u32).to_le_bytes(); 2].concat());
            body.extend(*key);
            body.extend(*value);
        }
        let mut batch = vec![START];
        batch.extend((items.len() as u32).to_le_bytes());
        batch.extend(9u64.to_le_bytes());
        batch.extend(&body);
        batch.push(END);
        batch.extend(xxhash_rust::xxh3::xxh3_64(&body).to_le_bytes());
        batch.extend(TRAILER);
        batch
    }

    fn length(mut bytes: &[u8]) -> Option<u64> {
        whole_batch(&mut bytes).unwrap()
    }

    #[test]
    fn a_batch_is_whole_or_none() {
        let batch = batch(&[(b"key", b"value"), (b"k", &[7; 3_000])]);
        assert_eq!(length(&batch), Some(batch.len() as u64));
        for end in 0..batch.len() {
            assert_eq!(length(&batch[..end]), None, "cut to {end}");
        }
        // The checksum begins with the items, behind the sequence number.
        for damaged in 13..batch.len() {
            let mut batch = batch.clone();
            batch[damaged] ^= 0x55;
            assert_eq!(length(&batch), None, "damaged at {damaged}");
        }
    }

    #[test]
    fn final_zeros_are_nothing() {
        let mut file = tempfile::tempfile().unwrap();
        let mut rest_after = |offset: u64, bytes: &[u8]| {
            file.set_len(0).unwrap();
            file.seek(SeekFrom::Start(0)).unwrap();
            file.write_all(bytes).unwrap();
            rest_of(&mut file, offset).unwrap()
        };
        let mut bytes = vec![0; 300_000];
        assert_eq!(rest_after(0, &bytes), b"");
        bytes[150_000] = 1;
        assert_eq!(rest_after(0, &bytes), &bytes[..=150_000]);
        assert_eq!(rest_after(100_000, &bytes), &bytes[100_000..=150_000]);
        assert_eq!(rest_after(150_001, &bytes), b"");
        bytes[10] = 1;
        bytes[299_999] = 1;
        assert_eq!(rest_after(0, &bytes), bytes);
    }

    #[test]
    fn a_journal_ends_where_its_batches_end() {
        let mut bytes = [batch(&[(b"a", b"1")]), batch(&[(b"b", b"2")])].concat();
        let whole = bytes.len();
        bytes.extend([START, 0, 0]);
        assert_eq!(whole_batches(&mut &bytes[..]).unwrap(), whole as u64);
        assert_eq!(whole_batches(&mut &[0; 100][..]).unwrap(), 0);
        assert!(!holds_a_batch(&bytes[whole..]));
        bytes.extend(batch(&[(b"c", b"3")]));
        assert!(holds_a_batch(&bytes[whole..]));
    }
}
