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
//!   power loss. So each journal is written anew, into a file whose pages have never seen a failed sync.
//!
//! The layout is fjall 3's (`fjall::journal::entry`), which its format version vouches for. A batch is
//! `1, items: u32, sequence number: u64`, then the items, then `3, xxh3 of the items: u64, "FJL\x03"`.
//! An item is `2, kind: u8, compression: u8, keyspace: u64, key length: u16, value length: u32, stored length: u32, key,
//! value`, or `4, keyspace: u64`. Integers are little-endian.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use crate::folder::{OpenError, sync_folder};

/// Makes the journals in `database` whole and durable.
pub(crate) fn restore(database: &Path) -> Result<(), OpenError> {
    let journals = journals(database).map_err(OpenError::Io)?;
    let mut rewritten = false;
    for journal in journals {
        rewritten |= restore_journal(&journal)?;
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

/// Whether the journal was rewritten; an empty one needn't be.
fn restore_journal(journal: &Path) -> Result<bool, OpenError> {
    let bytes = fs::read(journal).map_err(OpenError::Io)?;
    let (whole, rest) = bytes.split_at(whole_batches(&bytes));
    // A new journal is made of zeros, so that is what nothing looks like.
    let torn = without_final_zeros(rest);
    if whole.is_empty() && torn.is_empty() {
        return Ok(false);
    }
    if holds_a_batch(torn) {
        return Err(OpenError::Damaged { path: journal.to_owned(), offset: whole.len() });
    }
    if !torn.is_empty() {
        let kept = journal.with_extension("jnl.torn");
        tracing::warn!(
            journal = %journal.display(), kept = %kept.display(), bytes = torn.len(),
            "the last batch was cut short by a crash before it was acknowledged, it is set aside"
        );
        write_durably(&kept, torn).map_err(OpenError::Io)?;
    }
    let fresh = journal.with_extension("new");
    write_durably(&fresh, whole).map_err(OpenError::Io)?;
    fs::rename(&fresh, journal).map_err(OpenError::Io)?;
    Ok(true)
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn without_final_zeros(bytes: &[u8]) -> &[u8] {
    // By pages first: a new journal has 64 MiB of them.
    const PAGE: [u8; 4096] = [0; 4096];
    let last = bytes.chunks(PAGE.len()).rposition(|page| *page != PAGE[..page.len()]);
    let bytes = last.map_or(&bytes[..0], |last| &bytes[..bytes.len().min((last + 1) * PAGE.len())]);
    let last = bytes.iter().rposition(|byte| *byte != 0);
    last.map_or(&bytes[..0], |last| &bytes[..=last])
}

/// The length of the batches that follow each other from the start.
fn whole_batches(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(batch) = whole_batch(&bytes[length..]) {
        length += batch;
    }
    length
}

/// Whether there is a whole batch anywhere.
fn holds_a_batch(bytes: &[u8]) -> bool {
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == START);
    starts.into_iter().any(|(offset, _)| whole_batch(&bytes[offset..]).is_some())
}

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const CLEAR: u8 = 4;
const TRAILER: [u8; 4] = *b"FJL\x03";

/// The length of the batch that `bytes` begin with, if it is whole.
fn whole_batch(bytes: &[u8]) -> Option<usize> {
    let mut unread = Unread(bytes);
    unread.expect([START])?;
    let items = u32::from_le_bytes(unread.array()?);
    let _sequence_number: [u8; 8] = unread.array()?;
    let body = unread.0;
    for _ in 0..items {
        unread.skip_item()?;
    }
    let body = &body[..body.len() - unread.0.len()];
    unread.expect([END])?;
    let checksum = u64::from_le_bytes(unread.array()?);
    unread.expect(TRAILER)?;
    (checksum == xxh3_64(body)).then(|| bytes.len() - unread.0.len())
}

struct Unread<'a>(&'a [u8]);

impl Unread<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn expect<const N: usize>(&mut self, expected: [u8; N]) -> Option<()> {
        (self.array()? == expected).then_some(())
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.0 = self.0.get(length..)?;
        Some(())
    }

    fn skip_item(&mut self) -> Option<()> {
        let [tag] = self.array()?;
        match tag {
            ITEM => {
                let [_kind, _compression] = self.array()?;
                let _keyspace: [u8; 8] = self.array()?;
                let key = u16::from_le_bytes(self.array()?);
                let _value: [u8; 4] = self.array()?;
                let stored = u32::from_le_bytes(self.array()?);
                self.skip(usize::from(key))?;
                self.skip(stored as usize)
            }
            CLEAR => self.skip(8),
            _ => None,
        }
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
        batch.extend(xxh3_64(&body).to_le_bytes());
        batch.extend(TRAILER);
        batch
    }

    #[test]
    fn a_batch_is_whole_or_none() {
        let batch = batch(&[(b"key", b"value"), (b"k", b"")]);
        assert_eq!(whole_batch(&batch), Some(batch.len()));
        for length in 0..batch.len() {
            assert_eq!(whole_batch(&batch[..length]), None, "cut to {length}");
        }
        // The sequence number and the kinds of lengths that a checksum doesn't cover are no matter of tearing.
        for damaged in 13..batch.len() {
            let mut batch = batch.clone();
            batch[damaged] ^= 0x55;
            assert_eq!(whole_batch(&batch), None, "damaged at {damaged}");
        }
    }

    #[test]
    fn zeros_are_nothing() {
        assert_eq!(without_final_zeros(&[0; 10_000]), b"");
        let mut bytes = vec![0; 10_000];
        bytes[5_000] = 1;
        assert_eq!(without_final_zeros(&bytes).len(), 5_001);
        assert_eq!(whole_batches(&[0; 100]), 0);
    }

    #[test]
    fn a_journal_ends_where_its_batches_end() {
        let mut bytes = [batch(&[(b"a", b"1")]), batch(&[(b"b", b"2")])].concat();
        let length = bytes.len();
        bytes.extend([START, 0, 0]);
        assert_eq!(whole_batches(&bytes), length);
        assert!(!holds_a_batch(&bytes[length..]));
        bytes.extend(batch(&[(b"c", b"3")]));
        assert!(holds_a_batch(&bytes[length..]));
    }
}
