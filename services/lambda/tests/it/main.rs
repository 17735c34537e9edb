//! The room through `Service::call`, over the store in memory, with real processes.

mod aliases;
mod attempts;
mod events;
mod faults;
mod functions;
mod house;
mod invocations;
mod layers;
mod mappings;
mod node;
mod permissions;
mod streams;
mod urls;
mod validation;
mod versions;
