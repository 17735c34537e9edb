//! What tasks and jobs tell the world of themselves: that their status has changed.
//!
//! The event is written in the batch of the change, and only while somebody listens (see [`service::Feed`]).
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
//! <https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html>

use base::Timestamp;
use serde_json::{Value, json};
use store::Batch;

use crate::Room;
use crate::arn::Scope;
use crate::describe;
use crate::jobs::model::Job;
use crate::model::Task;
use crate::ops::batch::job_detail;

impl Room {
    /// Adds the event of how a task stands now to the batch that says so.
    pub(crate) fn tell_of_task(&self, batch: &mut Batch, task: &Task) {
        if !self.house.feed().is_heard() {
            return;
        }
        let mut detail = json!(describe::task(task, false));
        let instants = [
            ("createdAt", Some(task.created_at)),
            ("startedAt", task.started_at),
            ("stoppingAt", task.stopping_at),
            ("stoppedAt", task.stopped_at),
            ("updatedAt", Some(self.house.now().as_millis())),
        ];
        for (name, millis) in instants {
            if let Some(millis) = millis {
                detail[name] = json!(Timestamp::from_millis(millis).to_string());
            }
        }
        if let Some(members) = detail.as_object_mut() {
            // As numbers they would be in a format that events don't have.
            for name in ["pullStartedAt", "pullStoppedAt", "executionStoppedAt"] {
                members.remove(name);
            }
        }
        let key = task.key();
        self.put_event(batch, &key.scope, ["aws.ecs", "ECS Task State Change"], key.arn(), detail);
    }

    /// The same of a job.
    pub(crate) fn tell_of_job(&self, batch: &mut Batch, job: &Job) {
        if !self.house.feed().is_heard() {
            return;
        }
        match job_detail(job.clone(), None, None) {
            Ok(detail) => {
                let scope = Scope::read(job.scope.clone());
                let arn = scope.batch("job", &job.id);
                let kind = ["aws.batch", "Batch Job State Change"];
                self.put_event(batch, &scope, kind, arn, json!(detail));
            }
            Err(error) => tracing::error!(job = job.id, %error, "failed to tell of a job"),
        }
    }

    fn put_event(
        &self,
        batch: &mut Batch,
        scope: &Scope,
        [source, detail_type]: [&str; 2],
        arn: String,
        detail: Value,
    ) {
        let (now, mut entropy) = (self.house.now(), self.house.entropy());
        let event = json!({
            "version": "0",
            "id": entropy.uuid(),
            "detail-type": detail_type,
            "source": source,
            "account": scope.account(),
            "time": seconds(now),
            "region": scope.region(),
            "resources": [arn],
            "detail": detail,
        });
        self.house.feed().put(batch, now, entropy.next_u64(), event.to_string());
    }
}

/// Events come at whole seconds.
fn seconds(at: Timestamp) -> String {
    let text = at.to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}
