//! The room through `Service::call`, over the store in memory, with a neighbor that writes down what it is sent.

mod delivering;
mod house;
mod topics;
