//! When the status line is drawn, and when it goes.

use std::time::Duration;

use devtail_protocol::Time;
use tokio::time::Instant;

use super::View;
use crate::screen::overlay::Frame;
use crate::screen::status::{self, PATIENCE};

impl View<'_> {
    /// When the status line or the guesses may have to change by themselves.
    pub(super) fn tick_at(&self) -> Option<Instant> {
        let guesses = self.overlay.poll_timeout();
        let guesses = guesses.map(|at| self.began + Duration::from_micros(at.as_micros()));
        self.status_at().into_iter().chain(guesses).min()
    }

    fn status_at(&self) -> Option<Instant> {
        let since = self.not_live_since?;
        Some(if since.elapsed() < PATIENCE {
            since + PATIENCE
        } else {
            Instant::now() + Duration::from_secs(1)
        })
    }

    /// Now, as the overlay counts.
    pub(super) fn now(&self) -> Time {
        Time::ZERO + self.began.elapsed()
    }

    pub(super) fn frame(&self) -> Frame {
        Frame { size: self.size, has_status: self.shown.is_some() }
    }

    pub(super) async fn show_guesses(&mut self) {
        let out = self.overlay.repaint(self.frame());
        if !out.is_empty() {
            self.writer.put(out).await;
        }
    }

    pub(super) async fn show_status(&mut self) {
        let is_late = self.not_live_since.is_some_and(|since| since.elapsed() >= PATIENCE);
        let (waiting, _) = self.session.client.waiting(self.ch);
        let link = is_late.then(|| status::words(&self.state, waiting)).flatten();
        let wanted = self.note.clone().or_else(|| self.unavailable.clone()).or(link);
        if wanted == self.shown {
            return;
        }
        match &wanted {
            Some(text) => self.writer.put(status::draw(text, self.size)).await,
            None => self.writer.put(status::erase(self.size)).await,
        }
        self.is_dirty = true;
        self.shown = wanted;
        self.repaint();
    }

    /// Asks for what the line covers, once it is gone.
    pub(super) fn repaint(&self) {
        if self.is_dirty && self.shown.is_none() {
            self.session.client.refresh(self.ch, 0);
        }
    }
}
