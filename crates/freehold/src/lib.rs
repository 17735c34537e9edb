//! The roof of the house: configuration, assembling the rooms, the listener, the command line.
//!
//! It decides who may enter and which room answers, and nothing else: what AWS says is `aws`'s and the rooms' business.
//!
//! Start at [`assemble`], the whole house on one screen. A request comes in through [`listener`],
//! passes [`router`], which asks the [`gate`] who it is, and ends in a room.

pub mod assemble;
pub mod cli;
pub mod config;
pub mod gate;
pub mod listener;
pub mod outside;
pub mod router;
mod run;
mod tables;
pub mod tls;
