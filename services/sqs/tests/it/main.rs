//! The room through `Service::call`, over the store in memory.

mod batches;
mod dead_letters;
mod fifo;
mod house;
mod messages;
mod moves;
mod queues;
mod restarts;
