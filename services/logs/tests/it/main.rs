//! The room through `Service::call`, over the store in memory.

mod events;
mod groups;
mod house;
