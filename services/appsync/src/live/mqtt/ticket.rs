//! What clients may listen to that have asked over HTTP and aren't there yet.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base::Timestamp;

use crate::live::hub::Interest;
use crate::live::start::Wish;

/// Tickets at once. The oldest gives way to one more.
const TICKETS_MAX: usize = 10_000;

/// The tickets of all APIs, by client.
#[derive(Default)]
pub(crate) struct Tickets(Mutex<HashMap<String, Ticket>>);

/// What one client may listen to.
pub(super) struct Ticket {
    pub(super) api_id: String,
    pub(super) topic: String,
    pub(super) wish: Wish,
    /// Until when he may connect.
    pub(super) until: Timestamp,
}

impl Tickets {
    pub(super) fn issue(&self, client: &str, ticket: Ticket, now: Timestamp) {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if TICKETS_MAX <= tickets.len() {
            tickets.retain(|_, ticket| now < ticket.until);
        }
        if TICKETS_MAX <= tickets.len() {
            let oldest = tickets.iter().min_by_key(|(_, ticket)| ticket.until);
            if let Some(oldest) = oldest.map(|(client, _)| client.clone()) {
                tickets.remove(&oldest);
            }
        }
        tickets.insert(client.to_owned(), ticket);
    }

    /// Whether a client may connect to that API.
    pub(super) fn admits(&self, client: &str, api_id: &str, now: Timestamp) -> bool {
        let tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.get(client).is_some_and(|it| it.api_id == api_id && now < it.until)
    }

    /// What a client hears on a topic of his: the field of a subscription, and what of it.
    pub(super) fn wish(&self, client: &str, topic: &str) -> Option<(String, Interest)> {
        let tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Wish { field, interest } = &tickets.get(client).filter(|it| it.topic == topic)?.wish;
        Some((field.clone(), interest.clone()))
    }
}
