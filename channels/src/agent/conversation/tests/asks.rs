use super::*;

#[test]
fn of_two_people_who_answer_the_first_counts_and_the_other_is_told() {
    let mut scene = Scene::running();
    let ask = scene.asks(7);
    assert!(scene.choose(ask, "maybe").unwrap_err().contains("does not offer"));
    scene.choose(ask, "no").unwrap();
    assert!(scene.choose(ask, "yes").unwrap_err().contains("answered already"));
    assert_eq!(scene.answer(ask).unwrap().option, "no");
    assert_eq!(scene.orders.len(), 1);
}

#[test]
fn to_cancel_answers_what_is_open_then_ends_the_turn_and_then_the_agent() {
    let mut scene = Scene::running();
    let (first, second) = (scene.asks(1), scene.asks(2));
    scene.wish(Wish::Cancel).unwrap();
    let cancelled = |ask, request| Order::Answer { ask, request, option: None };
    assert_eq!(scene.orders, [cancelled(first, 1), cancelled(second, 2), Order::Cancel]);
    scene.wish(Wish::Cancel).unwrap();
    assert_eq!(scene.orders.len(), 3, "once");
    assert!(scene.choose(first, "yes").is_err());
    scene.pass(CANCEL_WITHIN);
    assert_eq!(scene.orders[3], Order::Kill);
    scene.hear(Heard::Gone("it was killed".to_owned()));
    assert_eq!(scene.read.state(), State::Lost);
}

#[test]
fn a_turn_that_ends_when_cancelled_costs_no_agent() {
    let mut scene = Scene::running();
    scene.wish(Wish::Cancel).unwrap();
    scene.hear(over(EndReason::EndCancelled));
    scene.pass(CANCEL_WITHIN * 2);
    assert_eq!(scene.orders, [Order::Cancel]);
    scene.prompt("go on").unwrap();
    assert_eq!(scene.orders[1], Order::Prompt(vec![of_text("go on")]));
}

#[test]
fn an_answer_to_an_agent_that_died_is_shown_as_lost_and_the_next_prompt_starts_another() {
    let mut scene = Scene::running();
    let ask = scene.asks(1);
    scene.hear(Heard::Gone("exit status 1".to_owned()));
    assert_eq!(scene.read.waiting().count(), 1, "people see what it waited for");
    scene.choose(ask, "yes").unwrap();
    assert_eq!(scene.answer(ask).unwrap().delivery(), Delivery::Lost);
    assert_eq!(scene.orders, []);
    scene.prompt("again").unwrap();
    assert_eq!(scene.orders, [Order::Start]);
    scene.hear(Heard::Ready);
    assert_eq!(scene.orders[1], Order::Prompt(vec![of_text("again")]));
}

#[test]
fn a_conversation_that_is_taken_up_again_waits_for_the_same_people() {
    let mut scene = Scene::running();
    let ask = scene.asks(1);
    let mut again = Conversation::new(scene.read.clone(), scene.records, Vec::new());
    let choice = Wish::Choose(Choice { ask, option: "yes".to_owned() });
    let input = Input { id: WishId([9; 16]), wish: choice };
    again.handle_wish(scene.now, "tablet", input).unwrap();
    let Some(Effect::Record(event)) = again.poll_effect() else { panic!("a record") };
    assert_eq!((event.entry, event.turn), (Some(ask), 1));
    assert_eq!(again.poll_effect(), None, "the agent that asked is dead");
}

#[test]
fn an_answer_that_did_not_come_to_the_agent_is_shown_as_lost() {
    let mut scene = Scene::running();
    let (told, open) = (scene.asks(1), scene.asks(2));
    scene.choose(told, "yes").unwrap();
    scene.hear(Heard::Gone("it fell".to_owned()));
    assert_eq!(scene.answer(told).unwrap().delivery(), Delivery::Lost);
    assert_eq!(scene.answer(told).unwrap().option, "yes");
    assert_eq!(scene.answer(open), None, "it is shown still");
    scene.conversation.delivered(scene.now, told);
    scene.settle();
    assert_eq!(scene.answer(told).unwrap().delivery(), Delivery::Lost);
    scene.prompt("something else").unwrap();
    assert_eq!(scene.answer(open).unwrap().by(), Answerer::Death);
}

#[test]
fn what_is_asked_and_not_answered_when_a_turn_ends_is_over_with_it() {
    let mut scene = Scene::running();
    let ask = scene.asks(1);
    scene.hear(over(EndReason::EndFailed));
    assert_eq!(scene.answer(ask).unwrap().by(), Answerer::Cancel);
    assert_eq!(scene.orders, [Order::Answer { ask, request: 1, option: None }]);
    assert_eq!(scene.read.state(), State::Idle);
}

#[test]
fn what_is_asked_behind_a_cancel_or_cannot_be_answered_is_answered_at_once() {
    let mut scene = Scene::running();
    scene.hear(Heard::Permission { request: 1, tool: None, ask: Ask::default() });
    assert_eq!((scene.orders.len(), scene.read.state()), (1, State::Running));
    scene.wish(Wish::Cancel).unwrap();
    let ask = Ask {
        options: vec![Choosable { name: "yes".to_owned(), ..Choosable::default() }],
        ..Ask::default()
    };
    scene.hear(Heard::Permission { request: 2, tool: None, ask });
    assert_eq!(scene.read.waiting().count(), 0);
    assert!(matches!(scene.orders[2], Order::Answer { request: 2, option: None, .. }));
}

#[test]
fn a_start_can_be_cancelled_and_has_an_end() {
    let mut scene = Scene::new();
    scene.prompt("never").unwrap();
    scene.wish(Wish::Cancel).unwrap();
    assert_eq!(scene.read.state(), State::Idle);
    scene.hear(Heard::Ready);
    assert_eq!(scene.orders, [Order::Start], "it is not sent");
    scene.prompt("this").unwrap();
    assert_eq!(scene.orders[1], Order::Prompt(vec![of_text("this")]));

    let mut scene = Scene::new();
    scene.prompt("hello").unwrap();
    scene.pass(START_WITHIN);
    assert_eq!(scene.orders, [Order::Start, Order::Kill]);
    scene.hear(Heard::Gone("it was killed".to_owned()));
    assert_eq!(scene.read.state(), State::Lost);
}

#[test]
fn who_takes_a_conversation_up_says_what_was_cut_off() {
    let mut scene = Scene::running();
    let (told, open) = (scene.asks(1), scene.asks(2));
    scene.choose(told, "yes").unwrap();
    scene.conversation = Conversation::new(scene.read.clone(), scene.records, Vec::new());
    scene.conversation.take_up(scene.now);
    scene.settle();
    assert_eq!(scene.answer(told).unwrap().delivery(), Delivery::Lost);
    assert_eq!((scene.answer(open), scene.read.state()), (None, State::Lost));
    scene.conversation.take_up(scene.now);
    assert_eq!(scene.conversation.poll_effect(), None, "once");
}
