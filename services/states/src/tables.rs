//! The rows of this room. Fields are numbered: new ones can be added, none reused.
//!
//! Whatever changes of a machine, its versions or its aliases goes with a new machine row, written only if the old one
//! is still there ([`change`]): decisions about one machine are serial, however many requests decide at once.

mod rows;

use store::key::{Key, Parts};
use store::{Batch, Entry, Error, Found, Read, Scan, Stored, row};

use crate::arn::{ActivityArn, MachineArn, Scope};
use crate::model::{Activity, Alias, Machine, Revision, Version};
use rows::{ActivityRow, AliasRow, MachineRow, RevisionRow, VersionRow};

const MACHINE: &str = "states.machine";
const REVISION: &str = "states.revision";
const VERSION: &str = "states.version";
const ALIAS: &str = "states.alias";
const ACTIVITY: &str = "states.activity";

impl Stored for Machine {
    type Row = MachineRow;
    const WHAT: &'static str = "a state machine";
}

impl Stored for Revision {
    type Row = RevisionRow;
    const WHAT: &'static str = "a revision of a state machine";
}

impl Stored for Version {
    type Row = VersionRow;
    const WHAT: &'static str = "a version of a state machine";
}

impl Stored for Alias {
    type Row = AliasRow;
    const WHAT: &'static str = "an alias of a state machine";
}

impl Stored for Activity {
    type Row = ActivityRow;
    const WHAT: &'static str = "an activity";
}

/// A batch that puts the changed machine in the place of the one found, if nothing about that has changed since.
pub(crate) fn change(found: &Found<Machine>, changed: Machine) -> Batch {
    found.change(Machine { changes: found.value.changes + 1, ..changed })
}

/// A batch that removes a machine and everything of it, if nothing about it has changed since.
pub(crate) fn removal(found: &Found<Machine>, arn: &MachineArn) -> Batch {
    let mut batch = found.removal();
    for table in [REVISION, VERSION, ALIAS] {
        batch.delete_range(key(table, &arn.scope, &arn.name).range());
    }
    batch
}

/// Reads rows, from the store or from one snapshot of it.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'r>(pub(crate) &'r dyn Read);

impl Tables<'_> {
    pub(crate) async fn machine(&self, arn: &MachineArn) -> Result<Option<Found<Machine>>, Error> {
        Found::read(self.0, key(MACHINE, &arn.scope, &arn.name)).await
    }

    pub(crate) async fn activity(
        &self,
        arn: &ActivityArn,
    ) -> Result<Option<Found<Activity>>, Error> {
        Found::read(self.0, key(ACTIVITY, &arn.scope, &arn.name)).await
    }

    /// A revision that the machine or one of its versions points to.
    pub(crate) async fn revision(&self, arn: &MachineArn, number: u64) -> Result<Revision, Error> {
        let found = Found::<Revision>::read(self.0, of_machine(REVISION, arn).u64(number)).await?;
        found.map(|found| found.value).ok_or(Error::Corrupt("no such revision"))
    }

    pub(crate) async fn version(
        &self,
        arn: &MachineArn,
        number: u64,
    ) -> Result<Option<Version>, Error> {
        let found = Found::<Version>::read(self.0, of_machine(VERSION, arn).u64(number)).await?;
        Ok(found.map(|found| found.value))
    }

    pub(crate) async fn alias(&self, arn: &MachineArn, name: &str) -> Result<Option<Alias>, Error> {
        let found = Found::<Alias>::read(self.0, of_machine(ALIAS, arn).text(name)).await?;
        Ok(found.map(|found| found.value))
    }

    /// Machines by name, those after `after`.
    pub(crate) async fn machines(
        &self,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Machine)>, Error> {
        let after = after.map(|name| key(MACHINE, scope, name));
        self.page(MACHINE, of_scope(MACHINE, scope).scan(), after, limit).await
    }

    /// Activities by name, those after `after`.
    pub(crate) async fn activities(
        &self,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Activity)>, Error> {
        let after = after.map(|name| key(ACTIVITY, scope, name));
        self.page(ACTIVITY, of_scope(ACTIVITY, scope).scan(), after, limit).await
    }

    /// Versions, newest first, those before `before`.
    pub(crate) async fn versions(
        &self,
        arn: &MachineArn,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Version)>, Error> {
        let of = of_machine(VERSION, arn);
        let mut scan = of.clone().scan().backward().limit(limit);
        if let Some(before) = before {
            scan = scan.after(&of.u64(before));
        }
        let entries = self.0.scan(&scan).await?;
        entries
            .iter()
            .map(|entry| {
                let mut parts = parts_of_machine(VERSION, entry)?;
                let number = parts.u64()?;
                parts.end()?;
                Ok((number, row::value(&entry.value)?))
            })
            .collect()
    }

    /// All aliases by name: there are few.
    pub(crate) async fn aliases(&self, arn: &MachineArn) -> Result<Vec<(String, Alias)>, Error> {
        let entries = self.0.scan(&of_machine(ALIAS, arn).scan()).await?;
        entries
            .iter()
            .map(|entry| {
                let mut parts = parts_of_machine(ALIAS, entry)?;
                let name = parts.text()?;
                parts.end()?;
                Ok((name, row::value(&entry.value)?))
            })
            .collect()
    }

    /// Entries of a table whose keys end with a name.
    async fn page<T: Stored>(
        &self,
        table: &str,
        scan: Scan,
        after: Option<Key>,
        limit: usize,
    ) -> Result<Vec<(String, T)>, Error> {
        let scan = scan.limit(limit);
        let scan = match &after {
            Some(after) => scan.after(after),
            None => scan,
        };
        let entries = self.0.scan(&scan).await?;
        entries
            .iter()
            .map(|entry| {
                let (_, name) = names(table, entry)?;
                Ok((name, row::value(&entry.value)?))
            })
            .collect()
    }
}

/// Every activity's ARN.
pub(crate) async fn activity_arns(store: &dyn Read) -> Result<Vec<String>, Error> {
    let entries = store.scan(&Key::of(ACTIVITY).scan()).await?;
    let arn =
        |entry| names(ACTIVITY, entry).map(|(scope, name)| format!("{scope}:activity:{name}"));
    entries.iter().map(arn).collect()
}

/// Every machine that is being deleted.
pub(crate) async fn deleting(store: &dyn Read) -> Result<Vec<MachineArn>, Error> {
    let mut found = Vec::new();
    for entry in store.scan(&Key::of(MACHINE).scan()).await? {
        let machine: Machine = row::value(&entry.value)?;
        if machine.is_deleting {
            let (scope, name) = names(MACHINE, &entry)?;
            let text = format!("{scope}:stateMachine:{name}");
            found.push(MachineArn::parse(&text).map_err(|_| Error::Corrupt("a machine's key"))?);
        }
    }
    Ok(found)
}

/// A batch that creates a machine with its first revision, if its name is free.
pub(crate) fn creation(arn: &MachineArn, machine: Machine, revision: Revision) -> Batch {
    let key = key(MACHINE, &arn.scope, &arn.name);
    let mut batch = Batch::new();
    batch.require_absent(key.clone());
    put_revision(&mut batch, arn, machine.revision, revision);
    batch.put(key, row::of(machine));
    batch
}

/// A batch that creates an activity, if its name is free.
pub(crate) fn activity_creation(arn: &ActivityArn, activity: Activity) -> Batch {
    let key = key(ACTIVITY, &arn.scope, &arn.name);
    row::creation(key, activity)
}

pub(crate) fn delete_activity(batch: &mut Batch, arn: &ActivityArn) {
    batch.delete(key(ACTIVITY, &arn.scope, &arn.name));
}

pub(crate) fn put_revision(batch: &mut Batch, arn: &MachineArn, number: u64, revision: Revision) {
    batch.put(of_machine(REVISION, arn).u64(number), row::of(revision));
}

pub(crate) fn delete_revision(batch: &mut Batch, arn: &MachineArn, number: u64) {
    batch.delete(of_machine(REVISION, arn).u64(number));
}

pub(crate) fn put_version(batch: &mut Batch, arn: &MachineArn, number: u64, version: Version) {
    batch.put(of_machine(VERSION, arn).u64(number), row::of(version));
}

pub(crate) fn delete_version(batch: &mut Batch, arn: &MachineArn, number: u64) {
    batch.delete(of_machine(VERSION, arn).u64(number));
}

pub(crate) fn put_alias(batch: &mut Batch, arn: &MachineArn, name: &str, alias: Alias) {
    batch.put(of_machine(ALIAS, arn).text(name), row::of(alias));
}

pub(crate) fn delete_alias(batch: &mut Batch, arn: &MachineArn, name: &str) {
    batch.delete(of_machine(ALIAS, arn).text(name));
}

fn of_scope(table: &str, scope: &Scope) -> Key {
    Key::of(table).text(scope.as_str())
}

fn key(table: &str, scope: &Scope, name: &str) -> Key {
    of_scope(table, scope).text(name)
}

fn of_machine(table: &str, arn: &MachineArn) -> Key {
    key(table, &arn.scope, &arn.name)
}

fn names(table: &str, entry: &Entry) -> Result<(String, String), Error> {
    let mut parts = Parts::of(table, &entry.key)?;
    let names = (parts.text()?, parts.text()?);
    parts.end()?;
    Ok(names)
}

fn parts_of_machine<'e>(table: &str, entry: &'e Entry) -> Result<Parts<'e>, Error> {
    let mut parts = Parts::of(table, &entry.key)?;
    parts.text()?;
    parts.text()?;
    Ok(parts)
}
