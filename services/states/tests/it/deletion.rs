use std::future::ready;

use serde_json::json;
use tokio::runtime;

use crate::house::{PASS, ROLE, Room};

/// Begins to delete a machine in a process that stops at once.
fn delete_and_stop(room: &Room, machine: &str) {
    let process = runtime::Builder::new_current_thread().enable_all().build().expect("builds");
    process.block_on(async {
        tokio::select! {
            biased;
            _ = room.ask("DeleteStateMachine", json!({"stateMachineArn": machine})) => {
                panic!("the machine is deleted before the process stops");
            }
            () = ready(()) => {}
        }
    });
}

#[test]
fn an_interrupted_deletion_is_finished_by_the_next_process() {
    let next = runtime::Builder::new_current_thread().enable_all().build().expect("builds");
    let room = next.block_on(Room::open());
    let machine = next.block_on(room.machine("orders", PASS));
    delete_and_stop(&room, &machine);

    let of = json!({"stateMachineArn": machine});
    let described = next.block_on(room.call("DescribeStateMachine", of.clone()));
    assert_eq!(described["status"], "DELETING");
    let deleting =
        ("StateMachineDeleting".to_owned(), format!("State Machine is being deleted: '{machine}'"));
    let create = json!({"name": "orders", "definition": PASS, "roleArn": ROLE});
    let update = json!({"stateMachineArn": machine, "definition": PASS});
    for (operation, body) in [
        ("StartExecution", of.clone()),
        ("CreateStateMachine", create.clone()),
        ("UpdateStateMachine", update),
        ("PublishStateMachineVersion", of.clone()),
        ("ListStateMachineAliases", of.clone()),
    ] {
        assert_eq!(next.block_on(room.refusal(operation, body)), deleting, "{operation}");
    }

    next.block_on(room.work());
    let refused = next.block_on(room.refusal("DescribeStateMachine", of));
    assert_eq!(refused.0, "StateMachineDoesNotExist");
    next.block_on(room.call("CreateStateMachine", create));
}
