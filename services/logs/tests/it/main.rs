//! The room through `Service::call`, over the store in memory.

mod events;
mod filters;
mod groups;
mod house;
