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

struct Ticket {
    api_id: String,
    topics: HashMap<String, Wish>,
    until: Timestamp,
}

impl Tickets {
    pub(super) fn issue(
        &self,
        client: &str,
        api_id: &str,
        topics: Vec<(String, Wish)>,
        until: Timestamp,
        now: Timestamp,
    ) {
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
        let topics = topics.into_iter().collect();
        tickets.insert(client.to_owned(), Ticket { api_id: api_id.to_owned(), topics, until });
    }

    /// Whether a client may connect to that API.
    pub(super) fn admits(&self, client: &str, api_id: &str, now: Timestamp) -> bool {
        let tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.get(client).is_some_and(|it| it.api_id == api_id && now < it.until)
    }

    /// What a client hears on a topic of his: the field of a subscription, and what of it.
    pub(super) fn wish(&self, client: &str, topic: &str) -> Option<(String, Interest)> {
        let tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Wish { field, interest } = tickets.get(client)?.topics.get(topic)?;
        Some((field.clone(), Interest { shape: None, ..interest.clone() }))
    }
}
