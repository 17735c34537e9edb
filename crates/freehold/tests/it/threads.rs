//! Cores, and how they stop.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use freehold::listener::{Listener, Sharing, Timeouts};

use crate::client::Client;
use crate::room::{Plan, Server};

const TEXT: &str = r#"{"text":"hi"}"#;

#[test]
fn every_core_answers_however_connections_are_shared() {
    for sharing in [Sharing::BEST, Sharing::Dealer] {
        let server = Plan { cores: 3, sharing, ..Plan::default() }.start();
        let mut clients: Vec<_> = (0..24).map(|_| Client::connect(server.address)).collect();
        for client in &mut clients {
            client.request("Echo", TEXT);
        }
        for client in &mut clients {
            assert_eq!(client.read().body, TEXT, "{sharing:?}");
        }
    }
}

#[test]
fn a_port_in_use_is_an_error() {
    for sharing in [Sharing::BEST, Sharing::Dealer] {
        let server = Plan { cores: 2, sharing, ..Plan::default() }.start();
        for second in [Sharing::BEST, Sharing::Dealer] {
            let error = Listener::bind(server.address, 2, second).expect_err("is in use");
            assert_eq!(error.kind(), ErrorKind::AddrInUse, "{sharing:?} then {second:?}");
        }
    }
}

#[test]
fn a_stop_lets_the_request_under_way_end() {
    let server = Server::start();
    let (address, room) = (server.address, std::sync::Arc::clone(&server.room));
    let mut busy = Client::connect(address);
    let mut idle = Client::connect(address);
    assert_eq!(idle.call("Echo", TEXT).status, 200);
    busy.request("Wait", "{}");
    server.until_waiting();
    let stopping = server.stop();
    assert!(idle.is_closed(), "an idle connection is closed at once");
    // The socket closes a moment before or after the idle connection.
    let refused = (0..).find_map(|_| TcpStream::connect(address).err()).unwrap();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    room.released.add_permits(1);
    assert_eq!(busy.read().status, 200);
    assert!(busy.is_closed());
    stopping.join().expect("stops");
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let timeouts = Timeouts { drain: Duration::from_millis(100), ..Timeouts::default() };
    let server = Plan { timeouts, ..Plan::default() }.start();
    let mut busy = Client::connect(server.address);
    busy.request("Wait", "{}");
    server.until_waiting();
    server.stop().join().expect("stops");
    assert!(busy.try_read().is_err());
}

#[test]
fn requests_on_one_core_do_not_wait_for_each_other() {
    let server = Server::start();
    let mut waiting = Client::connect(server.address);
    waiting.request("Wait", "{}");
    server.until_waiting();
    assert_eq!(Client::connect(server.address).call("Echo", TEXT).status, 200);
    server.release();
    assert_eq!(waiting.read().status, 200);
}

#[test]
fn a_request_is_dropped_when_its_client_goes_away() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    client.request("Wait", "{}");
    server.until_waiting();
    drop(client);
    server.until_over();
}
