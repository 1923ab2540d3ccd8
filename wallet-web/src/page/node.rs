//! The one type of view on this page.
//!
//! Leptos gives every shape of view a type of its own, and with it its own code to build and to change it: for this
//! page half a megabyte of wasm. A [`Node`] is data; Leptos runs it like any view ([`Render`]), and its signals decide
//! when ([`Node::live`]), but the code that puts it into the document is there once. What is already in the document
//! is kept where it fits, so that focus, selection and what was typed stay.

use js_sys::Reflect;
use leptos::prelude::{Mountable, Render, RenderEffect, document};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event};

type Text = Cow<'static, str>;
type Handler = Box<dyn FnMut(Event)>;

/// A view.
pub(crate) enum Node {
    /// No view; it keeps its place among its neighbours.
    Nothing,
    Text(Text),
    Element(El),
    Many(Vec<Node>),
    /// Made again whenever a signal it read changes.
    Live(Box<dyn Fn() -> Node>),
}

impl Node {
    /// A view that follows the signals it reads.
    pub(crate) fn live(make: impl Fn() -> Node + 'static) -> Self {
        Node::Live(Box::new(make))
    }
}

impl From<&'static str> for Node {
    fn from(text: &'static str) -> Self {
        Node::Text(text.into())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Node::Text(text.into())
    }
}

impl From<El> for Node {
    fn from(element: El) -> Self {
        Node::Element(element)
    }
}

impl From<Vec<Node>> for Node {
    fn from(nodes: Vec<Node>) -> Self {
        Node::Many(nodes)
    }
}

impl<T: Into<Node>> From<Option<T>> for Node {
    fn from(node: Option<T>) -> Self {
        node.map_or(Node::Nothing, Into::into)
    }
}

/// An element. Boxed, so that each step of making it moves one pointer.
pub(crate) struct El(Box<Parts>);

struct Parts {
    tag: &'static str,
    /// Elements of different keys are never changed into one another.
    key: Text,
    attributes: Vec<(&'static str, Text)>,
    /// Properties that follow: set whenever the document differs.
    properties: Vec<(&'static str, JsValue)>,
    /// Set once; afterwards it is the owner's.
    initial: Option<String>,
    events: Vec<(&'static str, Handler)>,
    children: Vec<Node>,
}

/// An element of this tag.
#[inline(never)]
pub(crate) fn el(tag: &'static str) -> El {
    El(Box::new(Parts {
        tag,
        key: Text::Borrowed(""),
        attributes: Vec::new(),
        properties: Vec::new(),
        initial: None,
        events: Vec::new(),
        children: Vec::new(),
    }))
}

/// A `div` of this class.
#[inline(never)]
pub(crate) fn div(class: &'static str) -> El {
    el("div").class(class)
}

// What is generic only converts; what does the work is there once.
impl El {
    pub(crate) fn key(mut self, key: String) -> Self {
        self.0.key = key.into();
        self
    }

    #[inline(never)]
    pub(crate) fn class(self, class: &'static str) -> Self {
        self.fixed("class", class)
    }

    /// An attribute that never changes.
    #[inline(never)]
    pub(crate) fn fixed(self, name: &'static str, value: &'static str) -> Self {
        self.with_attribute(name, Text::Borrowed(value))
    }

    pub(crate) fn attr(self, name: &'static str, value: impl Into<Text>) -> Self {
        self.with_attribute(name, value.into())
    }

    #[inline(never)]
    fn with_attribute(mut self, name: &'static str, value: Text) -> Self {
        self.0.attributes.push((name, value));
        self
    }

    /// An attribute that is there or not.
    #[inline(never)]
    pub(crate) fn attr_if(self, is_there: bool, name: &'static str, value: &'static str) -> Self {
        if is_there {
            self.fixed(name, value)
        } else {
            self
        }
    }

    /// What a field says, at any time.
    #[inline(never)]
    pub(crate) fn value(mut self, value: &str) -> Self {
        self.0.properties.push(("value", value.into()));
        self
    }

    /// What a field says at first.
    #[inline(never)]
    pub(crate) fn initial(mut self, value: String) -> Self {
        self.0.initial = Some(value);
        self
    }

    #[inline(never)]
    pub(crate) fn checked(mut self, is_checked: bool) -> Self {
        self.0.properties.push(("checked", is_checked.into()));
        self
    }

    pub(crate) fn on(self, event: &'static str, handler: impl FnMut(Event) + 'static) -> Self {
        self.with_handler(event, Box::new(handler))
    }

    #[inline(never)]
    fn with_handler(mut self, event: &'static str, handler: Handler) -> Self {
        self.0.events.push((event, handler));
        self
    }

    pub(crate) fn child(self, child: impl Into<Node>) -> Self {
        self.with_child(child.into())
    }

    #[inline(never)]
    fn with_child(mut self, child: Node) -> Self {
        self.0.children.push(child);
        self
    }

    /// Words as a child.
    #[inline(never)]
    pub(crate) fn words(self, words: &'static str) -> Self {
        self.with_child(Node::Text(Text::Borrowed(words)))
    }
}

/// A view in the document.
pub(crate) enum State {
    /// A comment in the place of nothing.
    Nothing(web_sys::Node),
    Text(web_sys::Node, Text),
    Element(Box<ElState>),
    /// Ends with a comment, before which more can be put.
    Many(Vec<State>, web_sys::Node),
    /// Likewise.
    Live(RenderEffect<State>, web_sys::Node),
}

pub(crate) struct ElState {
    element: Element,
    tag: &'static str,
    key: Text,
    attributes: Vec<(&'static str, Text)>,
    listeners: Vec<Listener>,
    children: Vec<State>,
}

struct Listener {
    element: Element,
    event: &'static str,
    handler: Rc<RefCell<Handler>>,
    closure: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    /// An element can be told of something after it has left the document: a dialog, that it was closed.
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        let _ = self
            .element
            .remove_event_listener_with_callback(self.event, callback);
    }
}

fn comment() -> web_sys::Node {
    document().create_comment("").into()
}

impl Render for Node {
    type State = State;

    fn build(self) -> State {
        match self {
            Node::Nothing => State::Nothing(comment()),
            Node::Text(text) => State::Text(document().create_text_node(&text).into(), text),
            Node::Element(element) => State::Element(Box::new(build_element(*element.0))),
            Node::Many(nodes) => {
                State::Many(nodes.into_iter().map(Render::build).collect(), comment())
            }
            Node::Live(make) => State::Live(follow(make, None), comment()),
        }
    }

    fn rebuild(self, state: &mut State) {
        match (self, state) {
            (Node::Nothing, State::Nothing(_)) => {}
            (Node::Text(new), State::Text(node, old)) => {
                if new != *old {
                    node.set_node_value(Some(&new));
                    *old = new;
                }
            }
            (Node::Element(El(new)), State::Element(old)) if fits(&new, old) => {
                rebuild_element(*new, old);
            }
            (Node::Many(new), State::Many(old, end)) => {
                let parent = end.parent_element();
                rebuild_all(new, old, parent.as_ref(), Some(end));
            }
            (Node::Live(make), State::Live(effect, _)) => {
                let shown = effect.take_value();
                *effect = follow(make, shown);
            }
            (new, old) => {
                let mut made = new.build();
                old.insert_before_this(&mut made);
                old.unmount();
                *old = made;
            }
        }
    }
}

/// Runs `make` now and whenever a signal it read changes.
fn follow(make: Box<dyn Fn() -> Node>, shown: Option<State>) -> RenderEffect<State> {
    RenderEffect::new_with_value(
        move |shown: Option<State>| {
            let node = make();
            match shown {
                Some(mut shown) => {
                    node.rebuild(&mut shown);
                    shown
                }
                None => node.build(),
            }
        },
        shown,
    )
}

fn create(tag: &str) -> Element {
    // Both fail only for names that are no names; ours are constants.
    let made = if matches!(tag, "svg" | "use" | "path") {
        document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag)
    } else {
        document().create_element(tag)
    };
    made.unwrap_or_else(|error| wasm_bindgen::throw_val(error))
}

fn build_element(new: Parts) -> ElState {
    let element = create(new.tag);
    for (name, value) in &new.attributes {
        set_attribute(&element, name, value);
    }
    let children: Vec<State> = new
        .children
        .into_iter()
        .map(|child| {
            let mut child = child.build();
            child.mount(&element, None);
            child
        })
        .collect();
    // After the children: what a list of options says depends on them.
    set_properties(&element, &new.properties);
    if let Some(value) = new.initial {
        set_properties(&element, &[("value", value.into())]);
    }
    let listeners = new
        .events
        .into_iter()
        .map(|(event, handler)| listen(&element, event, handler))
        .collect();
    ElState {
        element,
        tag: new.tag,
        key: new.key,
        attributes: new.attributes,
        listeners,
        children,
    }
}

fn set_attribute(element: &Element, name: &str, value: &str) {
    // Fails only for names that are no names; ours are constants.
    let _ = element.set_attribute(name, value);
}

fn set_properties(element: &Element, properties: &[(&'static str, JsValue)]) {
    for (name, value) in properties {
        let name = JsValue::from_str(name);
        // Setting what is set already would move the caret of a field.
        if Reflect::get(element, &name).is_ok_and(|shown| shown != *value) {
            let _ = Reflect::set(element, &name, value);
        }
    }
}

fn listen(element: &Element, event: &'static str, handler: Handler) -> Listener {
    let handler = Rc::new(RefCell::new(handler));
    let heard = handler.clone();
    let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        // A handler that causes its own event again is not called a second time.
        if let Ok(mut handler) = heard.try_borrow_mut() {
            handler(event);
        }
    });
    let _ = element.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    Listener {
        element: element.clone(),
        event,
        handler,
        closure,
    }
}

/// Whether an element in the document can become a new one.
fn fits(new: &Parts, old: &ElState) -> bool {
    let new_events = new.events.iter().map(|(event, _)| *event);
    let old_events = old.listeners.iter().map(|listener| listener.event);
    new.tag == old.tag && new.key == old.key && new_events.eq(old_events)
}

fn rebuild_element(new: Parts, old: &mut ElState) {
    for (name, value) in &new.attributes {
        if !old
            .attributes
            .iter()
            .any(|(had, was)| had == name && was == value)
        {
            set_attribute(&old.element, name, value);
        }
    }
    for (had, _) in &old.attributes {
        if !new.attributes.iter().any(|(name, _)| name == had) {
            let _ = old.element.remove_attribute(had);
        }
    }
    old.attributes = new.attributes;
    for (listener, (_, handler)) in old.listeners.iter().zip(new.events) {
        *listener.handler.borrow_mut() = handler;
    }
    rebuild_all(new.children, &mut old.children, Some(&old.element), None);
    set_properties(&old.element, &new.properties);
}

/// Changes views one by one; what is new goes to the end, what is too many goes.
fn rebuild_all(
    new: Vec<Node>,
    old: &mut Vec<State>,
    parent: Option<&Element>,
    end: Option<&web_sys::Node>,
) {
    for mut surplus in old.split_off(old.len().min(new.len())) {
        surplus.unmount();
    }
    let kept = old.len();
    for (place, node) in new.into_iter().enumerate() {
        match old.get_mut(place).filter(|_| place < kept) {
            Some(state) => node.rebuild(state),
            None => {
                let mut state = node.build();
                if let Some(parent) = parent {
                    state.mount(parent, end);
                }
                old.push(state);
            }
        }
    }
}

impl State {
    /// The first of what is in the document.
    fn first(&self) -> web_sys::Node {
        match self {
            State::Nothing(node) | State::Text(node, _) => node.clone(),
            State::Element(state) => state.element.clone().into(),
            State::Many(states, end) => states.first().map_or_else(|| end.clone(), State::first),
            State::Live(effect, end) => effect
                .with_value_mut(|state| state.first())
                .unwrap_or_else(|| end.clone()),
        }
    }
}

fn remove(node: &web_sys::Node) {
    if let Some(parent) = node.parent_node() {
        let _ = parent.remove_child(node);
    }
}

impl State {
    /// Views below that follow signals must not run again: a dropped effect keeps what it shows until its task ends, and
    /// would read signals that went with the screen.
    fn end(&mut self) {
        match self {
            State::Nothing(_) | State::Text(..) => {}
            State::Element(state) => state.children.iter_mut().for_each(State::end),
            State::Many(states, _) => states.iter_mut().for_each(State::end),
            State::Live(effect, _) => {
                if let Some(mut state) = effect.take_value() {
                    state.end();
                }
            }
        }
    }
}

impl Mountable for State {
    fn unmount(&mut self) {
        match self {
            State::Nothing(node) | State::Text(node, _) => remove(node),
            State::Element(state) => {
                state.element.remove();
                state.children.iter_mut().for_each(State::end);
            }
            State::Many(states, end) => {
                states.iter_mut().for_each(State::unmount);
                remove(end);
            }
            State::Live(effect, end) => {
                if let Some(mut state) = effect.take_value() {
                    state.unmount();
                }
                remove(end);
            }
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&web_sys::Node>) {
        let put = |node: &web_sys::Node| {
            let _ = parent.insert_before(node, marker);
        };
        match self {
            State::Nothing(node) | State::Text(node, _) => put(node),
            State::Element(state) => put(&state.element),
            State::Many(states, end) => {
                states
                    .iter_mut()
                    .for_each(|state| state.mount(parent, marker));
                put(end);
            }
            State::Live(effect, end) => {
                effect.with_value_mut(|state| state.mount(parent, marker));
                put(end);
            }
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let first = self.first();
        let Some(parent) = first.parent_element() else {
            return false;
        };
        child.mount(&parent, Some(&first));
        true
    }

    fn elements(&self) -> Vec<Element> {
        match self {
            State::Nothing(_) | State::Text(..) => Vec::new(),
            State::Element(state) => vec![state.element.clone()],
            State::Many(states, _) => states.iter().flat_map(State::elements).collect(),
            State::Live(effect, _) => effect
                .with_value_mut(|state| state.elements())
                .unwrap_or_default(),
        }
    }
}
