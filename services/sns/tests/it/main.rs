//! The room through `Service::call`, over the store in memory, with neighbors and servers outside that write down what they are sent.

mod delivering;
mod house;
mod http_endpoints;
mod permissions;
mod topics;
