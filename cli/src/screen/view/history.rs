//! The history over the live screen: opened with `~h`, left again with q.

use bytes::Bytes;
use devtail_channels::terminal::{Answer, KIND, Query};
use devtail_client::LinkState;
use devtail_protocol::Fault;

use super::View;
use crate::screen::history::{ENTER, LEAVE, Pager};
use crate::screen::status;

/// What the window shows of the terminal.
pub(super) enum Shows {
    /// The live screen.
    Live,
    /// The live screen as it was before history: what comes is painted by the next Snapshot, and not before.
    Stale,
    /// The history.
    History(Box<Pager>),
}

impl View<'_> {
    /// Whether what the program writes reaches the window.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.shows, Shows::Live)
    }

    /// Whether the history is shown, and takes the keys.
    pub(super) fn is_paging(&self) -> bool {
        matches!(self.shows, Shows::History(_))
    }

    pub(super) async fn open_history(&mut self) {
        // Guesses are taken away first: behind the history nothing is painted, and all is drawn anew after it.
        let painted = self.overlay.take_away(self.frame());
        self.writer.put(painted).await;
        self.shows = Shows::History(Box::new(Pager::new(self.id, self.size)));
        self.shown = None;
        self.writer.put(ENTER).await;
        self.link_changed();
        self.page().await;
    }

    /// Back to the live screen: as it was folded meanwhile, or asked for anew where that ends within a sequence.
    async fn close_history(&mut self) {
        self.writer.put(LEAVE).await;
        let Some(screen) = self.overlay.redraw() else {
            self.shows = Shows::Stale;
            self.is_dirty = true;
            return self.repaint();
        };
        self.shows = Shows::Live;
        self.is_dirty = false;
        self.passage.begin_anew();
        let screen = self.passage.feed(&screen);
        self.writer.put(screen).await;
    }

    /// Gives the window back if the history is on it when everything is over.
    pub(super) async fn drop_history(&mut self) {
        if self.is_paging() {
            self.writer.put(LEAVE).await;
        }
    }

    /// Takes what was typed, if the history is there to take it; says what of it is for the program, once the person is
    /// back at the live screen.
    pub(super) async fn page_keys<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let Shows::History(pager) = &mut self.shows else { return bytes };
        match pager.typed(bytes) {
            Some(taken) => {
                self.close_history().await;
                &bytes[taken..]
            }
            None => {
                self.page().await;
                &[]
            }
        }
    }

    pub(super) async fn answered(&mut self, req: u32, answer: Result<Bytes, Fault>) {
        let Shows::History(pager) = &mut self.shows else { return };
        let answer = answer.and_then(|bytes| {
            let bad = |bad| Fault::new(devtail_protocol::Code::BadSpec, format!("{bad}"));
            Answer::decode(&bytes).map_err(|error: devtail_channels::terminal::Bad| bad(error))
        });
        pager.answered(req, answer);
        self.page().await;
    }

    /// The link's state or the window's size changed.
    pub(super) async fn page_anew(&mut self) {
        self.link_changed();
        if let Shows::History(pager) = &mut self.shows {
            pager.resized(self.size);
            self.page().await;
        }
    }

    fn link_changed(&mut self) {
        let Shows::History(pager) = &mut self.shows else { return };
        let is_live = self.state == LinkState::Live;
        pager.link((!is_live).then(|| status::what(&self.state)).flatten());
    }

    /// Asks what is missing, and paints what is there.
    async fn page(&mut self) {
        let Shows::History(pager) = &mut self.shows else { return };
        while let Some(query) = pager.question() {
            match self.session.client.fetch(KIND, Query::encode(&query)) {
                Ok(req) => pager.asked(req, &query),
                Err(fault) => {
                    pager.asked(0, &query);
                    pager.answered(0, Err(fault));
                }
            }
        }
        let painted = pager.paint();
        self.writer.put(painted).await;
    }
}
