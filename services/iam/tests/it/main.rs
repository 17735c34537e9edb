//! The rooms through `Service::call`, over the store in memory.

mod access;
mod house;
mod policies;
mod principals;
mod providers;
mod reference;
mod simulation;
mod sts;
mod web_identity;
