//! The end of retention: nothing of an execution is left.

use std::sync::Arc;

use store::key::Key;

use super::Turn;
use crate::tables::key;
use crate::{Error, logging};

impl Turn<'_> {
    /// Deletes every row of the execution and of the map runs that it started.
    pub(super) async fn forget(&mut self) -> Result<(), Error> {
        let facts = Arc::clone(&self.live.facts);
        let arn = &*facts.arn;
        let map_runs = self.runner.0.store.scan(&key::map_listed(arn).scan()).await?;
        for row in map_runs {
            let (_, map_run) = key::map_list_parts(&row.key)?;
            self.batch.delete(row.key);
            self.batch.delete(key::map_run(&map_run)).delete(key::map_plan(&map_run));
            self.delete_all([key::map_items(&map_run), key::map_children(&map_run)]);
        }
        let standing = &self.live.standing;
        for list in facts.lists() {
            let date = standing.date.as_millis();
            self.batch.delete(key::list(list, standing.status, date, arn));
        }
        self.batch
            .delete(key::execution(arn))
            .delete(key::standing(arn))
            .delete(key::snapshot(arn));
        logging::forget(&mut self.batch, arn);
        self.delete_all([key::turns(arn), key::jobs(arn)]);
        self.forgotten = true;
        Ok(())
    }

    fn delete_all(&mut self, prefixes: [Key; 2]) {
        for prefix in prefixes {
            self.batch.delete_range(prefix.range());
        }
    }
}
