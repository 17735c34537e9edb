//! A connection that speaks MQTT, of somebody who listens.

use std::convert::Infallible;
use std::sync::Arc;

use websocket::{Close, Message};

use super::packet::{self, Connected, Packet};
use crate::Room;
use crate::live::connection::{Out, Protocol, Seat, Step};
use crate::live::hub::Delivery;

/// The name of the subprotocol.
pub(in crate::live) const NAME: &str = "mqttv3.1";
/// With that of MQTT 3.1.1.
const NAMES: [&str; 2] = [NAME, "mqtt"];
/// The most that one event may say: <https://docs.aws.amazon.com/general/latest/gr/appsync.html>.
const EVENT_BYTES_MAX: usize = 120 * 1024;
/// How often a client may be silent when it is looked at, before it is taken for gone.
const SILENT_MAX: u8 = 2;

/// The name of the subprotocol that the client offers, if it is one of ours.
pub(in crate::live) fn is_name(offered: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|name| *name == offered)
}

/// A connection.
pub(in crate::live) struct Mqtt {
    room: Arc<Room>,
    api_id: String,
    /// Who it is, once he has said so.
    client: Option<String>,
    /// What has arrived and is no whole packet yet.
    arrived: Vec<u8>,
    /// Whether the client has promised to say something now and then.
    keeps_alive: bool,
    /// How often it was looked at since he said anything.
    silent: u8,
}

impl Mqtt {
    pub(in crate::live) fn new(room: Arc<Room>, api_id: String) -> Self {
        Mqtt { room, api_id, client: None, arrived: Vec::new(), keeps_alive: true, silent: 0 }
    }

    fn answer(&mut self, packet: Packet, seat: &mut Seat, out: &mut Out) -> Option<Close> {
        let client = self.client.clone();
        match (packet, client) {
            (Packet::Connect { client, keep_alive_seconds }, None) => {
                let now = self.room.house.now();
                if !self.room.tickets.admits(&client, &self.api_id, now) {
                    out.binary(&[&packet::connected(Connected::IdentifierRejected)]);
                    return Some(Close::Policy);
                }
                self.client = Some(client);
                self.keeps_alive = 0 < keep_alive_seconds;
                out.binary(&[&packet::connected(Connected::Accepted)]);
            }
            (Packet::Subscribe { id, topics }, Some(client)) => {
                let taken = topics.iter().map(|topic| self.subscribe(&client, topic, seat));
                out.binary(&[&packet::subscribed(id, &taken.collect::<Vec<_>>())]);
            }
            (Packet::Unsubscribe { id, topics }, Some(_)) => {
                for topic in &topics {
                    seat.unsubscribe(topic);
                }
                out.binary(&[&packet::unsubscribed(id)]);
            }
            (Packet::Ping, Some(_)) => out.binary(&[&packet::PONG]),
            (Packet::Disconnect, _) => return Some(Close::Normal),
            (Packet::Publish, _) => return Some(Close::Policy),
            (Packet::Connect { .. }, Some(_))
            | (Packet::Subscribe { .. } | Packet::Unsubscribe { .. } | Packet::Ping, None) => {
                return Some(Close::Protocol);
            }
        }
        None
    }

    /// Who subscribes twice to a topic has it once.
    fn subscribe(&self, client: &str, topic: &str, seat: &mut Seat) -> bool {
        let Some((field, interest)) = self.room.tickets.wish(client, topic) else { return false };
        seat.unsubscribe(topic);
        let reserved = seat.reserve(topic);
        reserved.is_ok_and(|reserved| seat.subscribe((&self.api_id, &field), reserved, interest))
    }
}

impl Protocol for Mqtt {
    type Done = Infallible;

    fn hear(&mut self, message: Message, seat: &mut Seat, out: &mut Out) -> Step<Infallible> {
        let Message::Binary(bytes) = message else { return Step::End(Close::Protocol) };
        self.silent = 0;
        self.arrived.extend_from_slice(&bytes);
        loop {
            match packet::take(&mut self.arrived) {
                Ok(Some(packet)) => {
                    if let Some(why) = self.answer(packet, seat, out) {
                        return Step::End(why);
                    }
                }
                Ok(None) => return Step::Listen,
                Err(packet::Malformed) => return Step::End(Close::Protocol),
            }
        }
    }

    fn settle(&mut self, done: Infallible, _: &mut Seat, _: &mut Out) {
        match done {}
    }

    fn tell(&self, delivery: &Delivery, out: &mut Out) {
        let topic = &delivery.subscription.id;
        // MQTT has no way to tell that a subscription has ended.
        let Some(text) = delivery.text.as_ref().filter(|text| text.len() <= EVENT_BYTES_MAX) else {
            return;
        };
        out.binary(&[&packet::publish_head(topic, text.len()), text.as_bytes()]);
    }

    fn keep_alive(&mut self, out: &mut Out) {
        self.silent += 1;
        if self.keeps_alive && SILENT_MAX <= self.silent {
            out.ends = Some(Close::Policy);
        }
        self.silent = self.silent.min(SILENT_MAX);
    }
}
