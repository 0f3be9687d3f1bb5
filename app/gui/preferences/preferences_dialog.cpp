#include "app/gui/preferences/preferences_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/look/labels.h"
#include "app/gui/look/rows.h"

namespace sluice::gui {
namespace {

QString stored(const QSettings& settings, const char* key) { return settings.value(QLatin1String(key)).toString(); }

}  // namespace

PreferencesDialog::PreferencesDialog(const Parts& parts, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Preferences"));
  pages_ = new QListWidget(this);
  pages_->setAccessibleName(tr("Pages"));
  pages_->setFixedWidth(170);
  pages_->setItemDelegate(new RowDelegate(this));
  stack_ = new QStackedWidget(this);
  addPage(tr("Appearance"), makeLookPage(parts.settings));
  addPage(tr("Listeners"), listeners_ = new ListenersPage(parts.settings, parts.keeper, this));
  addPage(tr("Decryption"), interception_ = new InterceptionPage(parts.keeper, parts.intercept, this));
  addPage(tr("Recording"), keeping_ = new KeepingPage(parts.settings, parts.keeper, this));
  addPage(tr("Keyboard"), shortcuts_ = new ShortcutsPage(parts.settings, parts.actions, parts.menus, this));
  connect(pages_, &QListWidget::currentRowChanged, stack_, &QStackedWidget::setCurrentIndex);
  pages_->setCurrentRow(0);

  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  nameCloseButton(*buttons->button(QDialogButtonBox::Close));
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* row = new QHBoxLayout;
  row->setSpacing(18);
  row->addWidget(pages_);
  row->addWidget(stack_, 1);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 14);
  layout->setSpacing(14);
  layout->addLayout(row, 1);
  layout->addWidget(buttons);
  // Those of forms are made by their layouts.
  for (QLabel* label : findChildren<QLabel*>()) label->setTextFormat(Qt::PlainText);
  resize(820, 520);
}

void PreferencesDialog::addPage(const QString& title, QWidget* page) {
  pages_->addItem(title);
  stack_->addWidget(page);
}

QWidget* PreferencesDialog::makeLookPage(QSettings& settings) {
  auto* page = new QWidget(this);
  auto* form = new QFormLayout(page);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(18);
  form->setVerticalSpacing(10);
  const QPair<QString, QString> system({}, tr("As the system"));
  scheme_ = addChoice(tr("&Colors"), {system, {QStringLiteral("light"), tr("Light")}, {QStringLiteral("dark"), tr("Dark")}},
                      stored(settings, kSchemeKey), *form);
  density_ = addChoice(tr("&Rows"), {{QString(), tr("Comfortable")}, {QStringLiteral("compact"), tr("Compact")}},
                       stored(settings, kDensityKey), *form);
  language_ = addChoice(tr("&Language"),
                        {system, {QStringLiteral("en"), QStringLiteral("English")}, {QStringLiteral("de"), QStringLiteral("Deutsch")}},
                        stored(settings, kLanguageKey), *form);
  auto* later = mutedLabel(tr("The window speaks it from its next start on."), page);
  later->hide();
  form->addRow({}, later);
  connect(scheme_, &QComboBox::currentIndexChanged, this, [this, &settings] {
    settings.setValue(QLatin1String(kSchemeKey), scheme_->currentData());
    emit schemeChanged();
  });
  connect(density_, &QComboBox::currentIndexChanged, this, [this, &settings] {
    settings.setValue(QLatin1String(kDensityKey), density_->currentData());
    emit densityChanged();
  });
  connect(language_, &QComboBox::currentIndexChanged, this, [this, later, &settings] {
    settings.setValue(QLatin1String(kLanguageKey), language_->currentData());
    later->show();
  });
  return page;
}

QComboBox* PreferencesDialog::addChoice(const QString& name, const QList<QPair<QString, QString>>& choices, const QString& current,
                                        QFormLayout& form) {
  auto* box = new QComboBox(this);
  box->setAccessibleName(QString(name).remove(u'&'));
  for (const auto& [key, text] : choices) box->addItem(text, key);
  box->setCurrentIndex(std::max(0, box->findData(current)));
  box->setMinimumWidth(220);
  form.addRow(name, box);
  return box;
}

}  // namespace sluice::gui
