//! Transactions: connections that belong to a client until it commits, rolls back, or leaves them alone for too long.
//!
//! They live in this process. When it ends PostgreSQL rolls them back, and nobody finds them any more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::Timestamp;

use crate::errors::Error;
use crate::limits::Limits;
use crate::session::Session;

/// All that are open.
#[derive(Default)]
pub(crate) struct Transactions(Mutex<HashMap<String, Transaction>>);

struct Transaction {
    owner: Owner,
    began: Timestamp,
    used: Timestamp,
    /// None while a statement runs.
    session: Option<Session>,
}

/// Whose transaction it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) resource_arn: String,
    pub(crate) secret_arn: String,
    pub(crate) database: String,
}

impl Transactions {
    pub(crate) fn keep(&self, id: String, owner: Owner, session: Session, now: Timestamp) {
        let transaction = Transaction { owner, began: now, used: now, session: Some(session) };
        self.all().insert(id, transaction);
    }

    /// The connection of a transaction, which nobody else gets until it is [given back](Transactions::give_back).
    pub(crate) fn borrow(
        &self,
        id: &str,
        owner: impl FnOnce(&Owner) -> Result<(), Error>,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Session, Error> {
        let mut all = self.all();
        let not_found = || Error::TransactionNotFound(id.to_owned());
        let transaction = all.get_mut(id).ok_or_else(not_found)?;
        owner(&transaction.owner)?;
        if transaction.is_over(now, limits) {
            all.remove(id);
            return Err(not_found());
        }
        transaction.session.take().ok_or(Error::TransactionBusy)
    }

    /// A connection that was lost takes its transaction with it.
    pub(crate) fn give_back(&self, id: &str, session: Session, now: Timestamp) {
        let mut all = self.all();
        if session.client.is_closed() {
            all.remove(id);
        } else if let Some(transaction) = all.get_mut(id) {
            transaction.used = now;
            transaction.session = Some(session);
        }
    }

    /// The transaction is no more.
    pub(crate) fn forget(&self, id: &str) {
        self.all().remove(id);
    }

    /// Closes the connections of those that are over: PostgreSQL rolls them back.
    pub(crate) fn sweep(&self, now: Timestamp, limits: &Limits) {
        self.all().retain(|_, transaction| !transaction.is_over(now, limits));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Transaction>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transaction {
    fn is_over(&self, now: Timestamp, limits: &Limits) -> bool {
        let is_idle = self.session.is_some() && limits.transaction_idle <= now.since(self.used);
        is_idle || limits.transaction <= now.since(self.began)
    }
}
