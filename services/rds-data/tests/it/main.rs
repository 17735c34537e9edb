//! The room through `Service::call`, over a PostgreSQL of the tests' own where one is installed.

mod database;
mod house;
mod limits;
mod refusals;
