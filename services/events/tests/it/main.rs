//! The room through `Service::call`, over the store in memory, with neighbors that note what they are asked.

mod archives;
mod buses;
mod connections;
mod deliveries;
mod destinations;
mod house;
mod rules;
mod scheduler;
mod schedules;
