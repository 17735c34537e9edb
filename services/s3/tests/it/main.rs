//! The room through `Service::call` and over HTTP, over a store in memory and a folder of its own.

mod access;
mod buckets;
mod house;
mod lifecycle;
mod locks;
mod objects;
mod uploads;
