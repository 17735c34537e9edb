//! The room of EventBridge Scheduler: schedules with a time zone, a start and an end, for any target, once or again.
//!
//! It stands beside the room of event buses because both bring events to targets: a schedule whose time has come is a
//! delivery like any other, tried again and buried as its target says.
//!
//! # How to read it
//! The table below: each operation and its function in `ops`. `wire`: what they take and give. `tables`: what is kept.
//! `due`: when a schedule is due, and what follows.

mod due;
mod errors;
mod ops;
mod tables;
mod wire;

use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use service::{Ctx, Facts, Rate, Reply, Service};

pub(crate) use due::start_due;
pub(crate) use errors::Error;
pub(crate) use tables::group_of;

use crate::visit::Visit;
use crate::{Events, Room};

/// The service principal that the roles of schedules trust.
pub(crate) const PRINCIPAL: &str = "scheduler.amazonaws.com";

/// The room.
pub struct Scheduler(Arc<Room>);

impl Events {
    /// The room of schedules, which [`Events::work`] works for too.
    pub fn scheduler(&self) -> Scheduler {
        Scheduler(Arc::clone(&self.0))
    }
}

impl Scheduler {
    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Service for Scheduler {
    fn facts(&self) -> Facts {
        Facts {
            name: "scheduler",
            signing_name: "scheduler",
            endpoint_prefix: "scheduler",
            target_prefix: "",
            protocol: Protocol::RestJson,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        OPERATIONS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        OPERATIONS.call(self, ctx, operation, body)
    }
}

service::operations! {
    /// Everything that the room answers.
    static OPERATIONS: Scheduler {
        "CreateSchedule" => ops::create_schedule,
        "CreateScheduleGroup" => ops::create_schedule_group,
        "DeleteSchedule" => ops::delete_schedule,
        "DeleteScheduleGroup" => ops::delete_schedule_group,
        "GetSchedule" => ops::get_schedule,
        "GetScheduleGroup" => ops::get_schedule_group,
        "ListScheduleGroups" => ops::list_schedule_groups,
        "ListSchedules" => ops::list_schedules,
        "ListTagsForResource" => ops::list_tags_for_resource,
        "TagResource" => ops::tag_resource,
        "UntagResource" => ops::untag_resource,
        "UpdateSchedule" => ops::update_schedule,
    }
}
