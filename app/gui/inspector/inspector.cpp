#include "app/gui/inspector/inspector.h"

#include <QScrollArea>
#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/inspector/head_fields.h"
#include "app/gui/inspector/overview.h"
#include "app/gui/look/labels.h"
#include "app/gui/text/translate.h"
#include "app/gui/text/visible_text.h"
#include "core/store/decoded_body.h"

namespace sluice::gui {
namespace {

constexpr int kReloadMs = 200;
constexpr std::uint64_t kBytesReadInAMillisecond = 8 * 1024;  // of a growing body: a small part of what a disk gives

QString absentHead(const store::ExchangeRow& row, capture::Direction direction) {
  if (direction == capture::Direction::Request) return tr("No request head was read.");
  if (row.kind == capture::Kind::Tunnel) {
    return tr("A tunnel carries bytes that are not looked into: it has no response.");
  }
  if (row.state == store::State::Running) return tr("Waiting for the response.");
  return row.error.code == Code::None ? tr("No response came.") : errorText(row.error);
}

}  // namespace

Inspector::Inspector(History& history, QWidget* parent) : QWidget(parent), history_(history) {
  tabs_ = new QTabWidget(this);
  tabs_->setDocumentMode(true);
  tabs_->tabBar()->setExpanding(false);
  tabs_->tabBar()->setDrawBase(false);
  request_ = new MessagePage(capture::Direction::Request, this);
  response_ = new MessagePage(capture::Direction::Response, this);
  tabs_->addTab(makeOverview(), tr("Overview"));
  tabs_->addTab(request_, tr("Request"));
  tabs_->addTab(response_, tr("Response"));
  messages_ = new SocketPage(history_, this);
  tabs_->addTab(messages_, tr("Messages"));
  tabs_->setTabToolTip(int(Tab::Messages), tr("What the WebSocket carried"));
  tabs_->setTabVisible(int(Tab::Messages), false);
  connect(messages_, &SocketPage::messagesCame, this, [this] { tabs_->setTabVisible(int(Tab::Messages), true); });
  tabs_->setTabToolTip(0, tr("What happened, when, and between whom (Ctrl+1)"));
  tabs_->setTabToolTip(1, tr("Request head as it came, and its body (Ctrl+2)"));
  tabs_->setTabToolTip(2, tr("Response head as it came, and its body (Ctrl+3)"));
  connect(tabs_, &QTabWidget::currentChanged, this, &Inspector::tabChanged);

  QLabel* empty = hintLabel(this);
  empty->setText(tr("Choose an exchange to see what was sent and what came back."));
  pages_ = new QStackedWidget(this);
  pages_->addWidget(empty);
  pages_->addWidget(tabs_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(pages_);

  for (MessagePage* page : {request_, response_}) {
    connect(&page->body(), &BodyPane::formWanted, this, [this, page] {
      // The rest of what is no longer wanted need not be read.
      Loaded& loaded = loadedOf(*page);
      if (loaded.reading != nullptr) loaded.reading->cancelled = true;
      loaded.stopped = false;
      loadBody(*page);
    });
    connect(&page->body(), &BodyPane::stopRequested, this, [this, page] {
      Loaded& loaded = loadedOf(*page);
      if (loaded.reading == nullptr) return;
      loaded.reading->cancelled = true;
      loaded.stopped = true;
      page->body().showStopped();
    });
  }
  reloadTimer_.setSingleShot(true);
  reloadTimer_.setInterval(kReloadMs);
  connect(&reloadTimer_, &QTimer::timeout, this, &Inspector::load);
}

QWidget* Inspector::makeOverview() {
  auto* content = new QWidget(this);
  facts_ = new FactSheet(content);
  chart_ = new PhaseChart(content);
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(facts_);
  layout->addWidget(chart_);
  layout->addStretch(1);
  auto* area = new QScrollArea(this);
  area->setWidget(content);
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->viewport()->setBackgroundRole(QPalette::Base);
  content->setBackgroundRole(QPalette::Base);
  content->setAutoFillBackground(true);
  return area;
}

void Inspector::inspect(ExchangeId id) {
  if (id == id_) return;
  cancelReading();
  id_ = id;
  ++generation_;
  details_.reset();
  requestLoaded_ = responseLoaded_ = {};
  loading_ = false;
  reloadTimer_.stop();
  messages_->clear();
  tabs_->setTabVisible(int(Tab::Messages), false);
  if (id_) return load();
  pages_->setCurrentIndex(0);
  request_->clear();
  response_->clear();
}

void Inspector::noteChanged(const std::vector<ExchangeId>& ids) {
  if (!id_ || reloadTimer_.isActive() || !std::binary_search(ids.begin(), ids.end(), id_)) return;
  reloadTimer_.start();
}

void Inspector::reopen() {
  history_.reopen();
  if (id_) reloadTimer_.start();
}

void Inspector::load() {
  if (loading_) return reloadTimer_.start();
  loading_ = true;
  history_.ask(
      this, [id = id_](store::Reader& reader) { return reader.exchange(id); },
      [this, generation = generation_](Result<std::optional<store::ExchangeDetails>> details) {
        if (generation != generation_) return;
        loading_ = false;
        takeDetails(std::move(details));
      });
}

void Inspector::takeDetails(Result<std::optional<store::ExchangeDetails>> details) {
  if (!details || !*details) {
    const QString why = details ? tr("This exchange is no longer in the history.") : errorText(details.error());
    facts_->setFacts({{{}, why}});
    chart_->setPhases({});
    request_->setHead({}, {}, why);
    response_->setHead({}, {}, why);
    forgetBodies();
    pages_->setCurrentIndex(1);
    return;
  }
  showDetails(**details);
}

// Nothing of what was shown is true any more; should the exchange be there again, all of it is read anew.
void Inspector::forgetBodies() {
  cancelReading();
  ++generation_;
  details_.reset();
  requestLoaded_ = responseLoaded_ = {};
  request_->body().clear();
  response_->body().clear();
}

void Inspector::showDetails(const store::ExchangeDetails& details) {
  const bool first = !details_;
  const store::ExchangeRow& row = details.row;
  const bool done = row.state != store::State::Running;
  facts_->setFacts(overviewOf(details));
  chart_->setPhases(phasesOf(details));
  if (first) {
    request_->body().clear();
    response_->body().clear();
  }
  if (first || details_->requestHead != details.requestHead || details_->requestTrailers != details.requestTrailers) {
    request_->setHead(details.requestHead, details.requestTrailers, absentHead(row, capture::Direction::Request));
  }
  if (first || details_->responseHead != details.responseHead ||
      details_->responseTrailers != details.responseTrailers || details_->row.state != row.state) {
    response_->setHead(details.responseHead, details.responseTrailers, absentHead(row, capture::Direction::Response));
  }
  details_ = details;
  request_->body().setFacts(row.request, visibleLine(fieldValue(details.requestHead, "Content-Type"), 128), done,
                            announcesBody(details.requestHead));
  response_->body().setFacts(row.response, visibleLine(row.contentType, 128), done);
  if (row.status == 101) messages_->follow(row.id, row.startedAt);
  pages_->setCurrentIndex(1);
  loadBody(*request_);
  loadBody(*response_);
}

void Inspector::loadBody(MessagePage& page) {
  if (!details_) return;
  Loaded& loaded = loadedOf(page);
  const auto& totals = page.direction() == capture::Direction::Request ? details_->row.request : details_->row.response;
  const bool asked = loaded.wanted != page.body().wantedForm();
  // Over the limit nothing that is shown can change any more.
  const bool same = loaded.capturedBytes == totals.capturedBytes ||
                    (loaded.shown && std::min(loaded.capturedBytes, totals.capturedBytes) >= kShownBytesMax);
  if (loaded.reading != nullptr || loaded.stopped || (same && !asked && !loaded.cut)) return;
  // A large body that grows is read anew now and then, the larger the less often.
  const bool running = details_->row.state == store::State::Running;
  const auto pauseMs = qint64(totals.capturedBytes / kBytesReadInAMillisecond);
  if (running && !asked && !loaded.cut && loaded.since.isValid() && loaded.since.elapsed() < pauseMs) return reloadTimer_.start();
  loaded.capturedBytes = totals.capturedBytes;
  loaded.wanted = page.body().wantedForm();
  loaded.since.start();
  // The first screen of what nobody has seen yet comes before the rest.
  const bool goesOn = std::exchange(loaded.cut, false) && loaded.shown && !asked;
  readBodyOf(page, totals.capturedBytes <= kFirstBodyBytes || (loaded.shown && !asked));
  if (goesOn) page.body().showReading(loaded.reading, totals.capturedBytes);
}

void Inspector::readBodyOf(MessagePage& page, bool whole) {
  Loaded& loaded = loadedOf(page);
  const std::string& head =
      page.direction() == capture::Direction::Request ? details_->requestHead : details_->responseHead;
  const auto coding = fieldValue(store::decodingHead(*details_, page.direction()), "Content-Encoding");
  BodyWanted wanted{id_, page.direction(), loaded.wanted, fieldValue(head, "Content-Type"), coding, whole};
  loaded.reading = std::make_shared<BodyProgress>();
  history_.ask(
      this,
      [wanted = std::move(wanted), progress = loaded.reading](store::Reader& reader) {
        return readBody(reader, wanted, *progress);
      },
      [this, &page, generation = generation_](Result<BodyContent> content) {
        if (generation == generation_) takeBody(page, content);
      });
}

void Inspector::takeBody(MessagePage& page, const Result<BodyContent>& content) {
  Loaded& loaded = loadedOf(page);
  loaded.cut = loaded.reading->cancelled;
  loaded.reading.reset();
  page.body().showReading(nullptr, 0);
  if (loaded.cut) return loadBody(page);
  if (!content) return page.body().setProblem(errorText(content.error()));
  const bool grown = loaded.shown && page.body().shownForm() == content->form;
  loaded.shown = content->document != nullptr || content->events != nullptr;
  page.body().setContent(*content, grown ? TextView::Keep::Position : TextView::Keep::Top);
  const bool more = !content->isWhole && content->shownBytes < kShownBytesMax && content->problem.isEmpty();
  if (more && loaded.wanted == page.body().wantedForm()) {
    readBodyOf(page, true);
    return page.body().showReading(loaded.reading, content->storedBytes);
  }
  loadBody(page);  // what came or was asked for meanwhile
}

// What is being read for an exchange that nobody looks at any more must not keep the next one waiting.
void Inspector::cancelReading() {
  for (Loaded* loaded : {&requestLoaded_, &responseLoaded_}) {
    if (loaded->reading != nullptr) loaded->reading->cancelled = true;
  }
}

Inspector::~Inspector() { cancelReading(); }

void Inspector::focusContent() {
  if (!id_) return;
  QWidget* target = nullptr;
  switch (tab()) {
    case Tab::Overview: target = tabs_->tabBar(); break;
    case Tab::Request: target = &request_->content(); break;
    case Tab::Response: target = &response_->content(); break;
    case Tab::Messages: target = &messages_->table(); break;
  }
  target->setFocus(Qt::ShortcutFocusReason);
}

void Inspector::toggleBodyForm() {
  if (tab() != Tab::Request && tab() != Tab::Response) return;
  (tab() == Tab::Request ? request_ : response_)->body().toggleForm();
}

void Inspector::openSearch() {
  if (tab() == Tab::Messages) return messages_->openSearch();
  if (tab() != Tab::Request && tab() != Tab::Response) return;
  (tab() == Tab::Request ? request_ : response_)->body().openSearch();
}

}  // namespace sluice::gui
