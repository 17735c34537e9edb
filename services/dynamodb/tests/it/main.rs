//! The rooms through `Service::call`, over files of their own.

mod accounts;
mod attempts;
mod conditions;
mod durability;
mod house;
mod items;
mod refusals;
mod streams;
mod tables;
mod time_to_live;
mod transactions;
