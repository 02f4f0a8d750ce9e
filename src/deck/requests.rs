//! What clients ask, given to the machine that it concerns, and the answers on their way back.

use crate::deck::driver::{Driver, Step};
use crate::deck::handle::{End, Request, Sink};
use crate::jobs;
use crate::model::{Command, Ticket};
use crate::supervisor::Input;

impl Driver {
    pub(crate) fn request(&mut self, request: Request) {
        let now = self.now();
        match request {
            Request::Command {
                command: Command::Inspect(worker),
                answer,
            } => self.inspect(worker, Sink::Once(answer)),
            Request::Command {
                command: Command::InspectPool(pool),
                answer,
            } => self.inspect_pool(&pool, Sink::Once(answer)),
            Request::Command { command, answer } => {
                let ticket = self.ticket(Sink::Once(answer));
                self.command(ticket, command);
                self.work_off(now);
            }
            Request::Submit {
                submission,
                accepted,
                finished,
            } => {
                let ticket = self.ticket(Sink::Once(accepted));
                let wait = finished.map(|finished| self.ticket(Sink::Once(finished)));
                self.steps.push_back(Step::Jobs(jobs::Input::Submit {
                    ticket,
                    wait,
                    submission,
                }));
                self.work_off(now);
            }
            Request::SubmitAll {
                submissions,
                first,
                ends,
            } => {
                self.submit_all(now, submissions, first, &ends);
                self.work_off(now);
            }
            Request::Read(look) => {
                self.tell_gauges(now);
                self.tell_figures(now);
                look(self.journal.board(now), now);
            }
            Request::Subscribe { jobs, answer } => {
                self.tell_gauges(now);
                self.tell_figures(now);
                // A client that is gone is forgotten at the next event.
                let _ = answer.send(self.journal.subscribe(now, jobs));
                self.desk.jobs.set_told(self.journal.wants_jobs());
            }
        }
    }

    fn command(&mut self, ticket: Ticket, command: Command) {
        let step = match command {
            Command::Jobs(command) => Step::Jobs(jobs::Input::Command { ticket, command }),
            command => {
                if command == Command::Down {
                    self.steps.push_back(Step::Jobs(jobs::Input::Down));
                }
                Step::Machine(Input::Command { ticket, command })
            }
        };
        self.steps.push_back(step);
    }

    /// A name for a command that somebody waits for.
    pub(crate) fn ticket(&mut self, sink: Sink) -> Ticket {
        let ticket = self.next_ticket();
        self.answers.insert(ticket, sink);
        ticket
    }

    /// A name for a command.
    pub(crate) fn next_ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        Ticket(self.last_ticket)
    }

    /// Answers a command, if anybody waits for it.
    pub(crate) fn answer(&mut self, ticket: Ticket, end: End) {
        if let Some(sink) = self.answers.remove(&ticket) {
            sink.give(end);
        }
    }
}
