//! The keys of the rows, and the ranges that are scanned.

use store::key::{Key, Parts};
use store::{Entry, Scan, Store};

use crate::Error;
use crate::execution::Status;
use crate::machine::Digest;

pub(crate) fn setting(name: &str) -> Key {
    Key::of("runner").text(name)
}

pub(crate) fn definition(digest: &Digest) -> Key {
    Key::of("definition").bytes(digest)
}

pub(crate) fn machine(digest: &Digest) -> Key {
    Key::of("machine").bytes(digest)
}

pub(crate) fn execution(arn: &str) -> Key {
    Key::of("execution").text(arn)
}

pub(crate) fn standing(arn: &str) -> Key {
    Key::of("standing").text(arn)
}

pub(crate) fn turns(arn: &str) -> Key {
    Key::of("turn").text(arn)
}

pub(crate) fn turn(arn: &str, number: u64) -> Key {
    turns(arn).u64(number)
}

pub(crate) fn turn_number(key: &[u8]) -> Result<u64, store::Error> {
    let mut parts = Parts::of("turn", key)?;
    parts.bytes()?;
    parts.u64()
}

pub(crate) fn snapshot(arn: &str) -> Key {
    Key::of("snapshot").text(arn)
}

pub(crate) fn timers(shard: usize) -> Key {
    Key::of("timer").u64(shard as u64)
}

pub(crate) fn timer(shard: usize, due: i64, arn: &str) -> Key {
    timers(shard).i64(due).text(arn)
}

/// When a timer is due, and whose it is.
pub(crate) fn timer_parts(key: &[u8]) -> Result<(i64, String), store::Error> {
    let mut parts = Parts::of("timer", key)?;
    parts.u64()?;
    Ok((parts.i64()?, parts.text()?))
}

pub(crate) fn lists() -> Key {
    Key::of("list")
}

pub(crate) fn lists_of(owner: &str) -> Key {
    lists().text(owner)
}

pub(crate) fn listed(owner: &str, status: Status) -> Key {
    lists_of(owner).u64(status.place())
}

/// Whose list a row stands in.
pub(crate) fn list_owner(key: &[u8]) -> Result<String, store::Error> {
    Parts::of("list", key)?.text()
}

pub(crate) fn list(owner: &str, status: Status, date: i64, arn: &str) -> Key {
    listed(owner, status).i64(date).text(arn)
}

/// The date and the ARN of a row of a list.
pub(crate) fn list_parts(key: &[u8]) -> Result<(i64, String), store::Error> {
    let mut parts = Parts::of("list", key)?;
    parts.bytes()?;
    parts.u64()?;
    Ok((parts.i64()?, parts.text()?))
}

pub(crate) fn outbox_of(shard: usize) -> Key {
    Key::of("outbox").u64(shard as u64)
}

pub(crate) fn outbox(shard: usize, arn: &str, attempt: u64) -> Key {
    outbox_of(shard).text(arn).u64(attempt)
}

pub(crate) fn jobs(arn: &str) -> Key {
    Key::of("job").text(arn)
}

pub(crate) fn job(arn: &str, attempt: u64) -> Key {
    jobs(arn).u64(attempt)
}

pub(crate) fn polls(arn: &str) -> Key {
    Key::of("poll").text(arn)
}

pub(crate) fn poll(arn: &str, attempt: u64) -> Key {
    polls(arn).u64(attempt)
}

/// The attempt of a row of an execution's polls.
pub(crate) fn poll_attempt(key: &[u8]) -> Result<u64, store::Error> {
    let mut parts = Parts::of("poll", key)?;
    parts.bytes()?;
    parts.u64()
}

pub(crate) fn activities(activity: &str) -> Key {
    Key::of("activity").text(activity)
}

pub(crate) fn activity(activity: &str, at: i64, arn: &str, attempt: u64) -> Key {
    activities(activity).i64(at).text(arn).u64(attempt)
}

pub(crate) fn notices(shard: usize) -> Key {
    Key::of("notice").u64(shard as u64)
}

/// `number`: the attempt that the receiver waits with, or the index of a map run's child; see also `map_run::STOP`,
/// `REDRIVE` and `stop_number`.
pub(crate) fn notice(shard: usize, receiver: &str, number: u64) -> Key {
    notices(shard).text(receiver).u64(number)
}

pub(crate) fn express_of(shard: usize) -> Key {
    Key::of("express").u64(shard as u64)
}

pub(crate) fn express(shard: usize, arn: &str) -> Key {
    express_of(shard).text(arn)
}

pub(crate) fn map_run(arn: &str) -> Key {
    Key::of("map_run").text(arn)
}

pub(crate) fn map_plan(arn: &str) -> Key {
    Key::of("map_plan").text(arn)
}

pub(crate) fn map_items(arn: &str) -> Key {
    Key::of("map_item").text(arn)
}

pub(crate) fn map_item(arn: &str, index: u32) -> Key {
    map_items(arn).u64(index.into())
}

pub(crate) fn map_children(arn: &str) -> Key {
    Key::of("map_child").text(arn)
}

pub(crate) fn map_child(arn: &str, index: u32) -> Key {
    map_children(arn).u64(index.into())
}

pub(crate) fn map_child_index(key: &[u8]) -> Result<u32, store::Error> {
    let mut parts = Parts::of("map_child", key)?;
    parts.bytes()?;
    Ok(parts.u64()? as u32)
}

pub(crate) fn map_open_of(shard: usize) -> Key {
    Key::of("map_open").u64(shard as u64)
}

pub(crate) fn map_open(shard: usize, arn: &str) -> Key {
    map_open_of(shard).text(arn)
}

pub(crate) fn map_listed(execution: &str) -> Key {
    Key::of("map_list").text(execution)
}

pub(crate) fn map_list(execution: &str, date: i64, arn: &str) -> Key {
    map_listed(execution).i64(date).text(arn)
}

/// The date and the ARN of a row of an execution's map runs.
pub(crate) fn map_list_parts(key: &[u8]) -> Result<(i64, String), store::Error> {
    let mut parts = Parts::of("map_list", key)?;
    parts.bytes()?;
    Ok((parts.i64()?, parts.text()?))
}

/// What follows the shard in the key of a row that is picked up after a crash: an ARN and perhaps a number.
pub(crate) fn recovered_parts(
    table: &str,
    key: &[u8],
) -> Result<(String, Option<u64>), store::Error> {
    let mut parts = Parts::of(table, key)?;
    parts.u64()?;
    let arn = parts.text()?;
    Ok((arn, parts.u64().ok()))
}

/// The number of shards: fixed when the store is opened first, because rows lie under their shard's number.
pub(crate) async fn shards(store: &dyn Store, wanted: usize) -> Result<usize, Error> {
    let key = setting("shards");
    if let Some(row) = store.get(&key).await? {
        let number = <[u8; 8]>::try_from(&*row).map(u64::from_be_bytes);
        return number
            .map(|number| number as usize)
            .map_err(|_| Error::corrupt("number of shards", "odd length"));
    }
    let mut batch = store::Batch::new();
    batch.require_absent(key.clone()).put(key, (wanted as u64).to_be_bytes().to_vec());
    store.commit(batch).await?;
    Ok(wanted)
}

/// The shard of an execution or a map run: FNV-1a of its ARN. A stored format, like the keys.
pub(crate) fn shard(arn: &str, shards: usize) -> usize {
    let hash = arn.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash % shards as u64) as usize
}

/// At most this many rows of a long scan are held at once.
pub(crate) const SCAN_ROWS: usize = 64;

/// The rows of a scan, some at a time.
pub(crate) struct Pages(Option<Scan>);

impl Pages {
    pub(crate) fn of(scan: Scan) -> Self {
        Pages(Some(scan.limit(SCAN_ROWS)))
    }

    pub(crate) async fn next(&mut self, store: &dyn Store) -> Result<Option<Vec<Entry>>, Error> {
        let Some(scan) = self.0.take() else { return Ok(None) };
        let rows = store.scan(&scan).await?;
        if let Some(last) = rows.last().filter(|_| rows.len() == SCAN_ROWS) {
            self.0 = Some(scan.after(&last.key));
        }
        Ok(Some(rows))
    }
}

/// The turns of an execution from `first` on, a few at a time.
pub(crate) fn scan_turns(arn: &str, first: u64) -> Scan {
    let mut scan = turns(arn).scan().limit(SCAN_ROWS);
    scan.range.start = turn(arn, first).into();
    scan
}

impl Status {
    /// Its place in the keys of lists.
    fn place(self) -> u64 {
        match self {
            Status::Running => 0,
            Status::Succeeded => 1,
            Status::Failed => 2,
            Status::TimedOut => 3,
            Status::Aborted => 4,
            Status::PendingRedrive => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gives_back_what_it_was_made_of() {
        assert_eq!(timer_parts(&timer(3, -7, "arn")).unwrap(), (-7, "arn".to_owned()));
        assert_eq!(
            list_parts(&list("o", Status::Failed, 9, "arn")).unwrap(),
            (9, "arn".to_owned())
        );
        assert_eq!(turn_number(&turn("arn", 12)).unwrap(), 12);
        assert_eq!(
            recovered_parts("outbox", &outbox(1, "arn", 4)).unwrap(),
            ("arn".to_owned(), Some(4))
        );
        assert_eq!(
            recovered_parts("express", &express(1, "arn")).unwrap(),
            ("arn".to_owned(), None)
        );
    }

    #[test]
    fn the_shard_of_an_arn_never_changes() {
        assert_eq!(shard("arn:aws:states:us-east-1:000000000000:execution:m:e", 16), 11);
    }
}
