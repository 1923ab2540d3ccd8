//! The Worker's one queue: whatever happens, happens one after the other.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// A queue that one task reads and anyone fills.
pub(crate) struct Inbox<T>(Rc<RefCell<Queue<T>>>);

struct Queue<T> {
    items: VecDeque<T>,
    waiting: Option<Waker>,
}

impl<T> Inbox<T> {
    pub(crate) fn new() -> Self {
        Self(Rc::new(RefCell::new(Queue {
            items: VecDeque::new(),
            waiting: None,
        })))
    }

    /// Puts it behind everything else.
    pub(crate) fn push(&self, item: T) {
        self.put(|items| items.push_back(item));
    }

    /// Puts it before everything else.
    pub(crate) fn push_urgent(&self, item: T) {
        self.put(|items| items.push_front(item));
    }

    fn put(&self, put: impl FnOnce(&mut VecDeque<T>)) {
        let waiting = {
            let mut queue = self.0.borrow_mut();
            put(&mut queue.items);
            queue.waiting.take()
        };
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    /// The next one, as soon as there is one.
    pub(crate) async fn next(&self) -> T {
        poll_fn(|context| {
            let mut queue = self.0.borrow_mut();
            match queue.items.pop_front() {
                Some(item) => Poll::Ready(item),
                None => {
                    queue.waiting = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

impl<T> Clone for Inbox<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
