//! How calls of `dynoxide`, each of which wants a transaction of its own, come to share one.
//!
//! `dynoxide` sends `BEGIN IMMEDIATE` before its writes and `COMMIT` or `ROLLBACK` after them, and SQLite knows no
//! transaction within a transaction. But SQLite asks an authorizer as it compiles each statement, and one
//! that answers "ignore" to `BEGIN` makes it a statement that does nothing
//! (<https://www.sqlite.org/c3ref/set_authorizer.html>). While the words are ignored, the caller's own
//! transaction is the only one, and what belongs to a write commits with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization, TransactionOperation};

/// Whether `BEGIN`, `COMMIT` and `ROLLBACK` mean anything on a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Authorizer(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    ignores: AtomicBool,
    rolled_back: AtomicBool,
}

impl Authorizer {
    /// Stands before every statement of a connection. SQLite has room for one authorizer only.
    pub(super) fn install(connection: &Connection) -> Self {
        let authorizer = Authorizer::default();
        let flags = Arc::clone(&authorizer.0);
        connection.authorizer(Some(move |context: AuthContext<'_>| flags.decide(&context.action)));
        authorizer
    }

    /// What `run` gives when the words mean nothing to it, and whether it said `ROLLBACK`.
    pub(super) fn ignoring_transactions<T>(&self, run: impl FnOnce() -> T) -> (T, bool) {
        self.0.rolled_back.store(false, Ordering::Relaxed);
        self.0.ignores.store(true, Ordering::Relaxed);
        let given = run();
        self.0.ignores.store(false, Ordering::Relaxed);
        (given, self.0.rolled_back.load(Ordering::Relaxed))
    }
}

impl Flags {
    fn decide(&self, action: &AuthAction<'_>) -> Authorization {
        let AuthAction::Transaction { operation } = action else {
            return Authorization::Allow;
        };
        if !self.ignores.load(Ordering::Relaxed) {
            return Authorization::Allow;
        }
        if *operation == TransactionOperation::Rollback {
            self.rolled_back.store(true, Ordering::Relaxed);
        }
        Authorization::Ignore
    }
}
