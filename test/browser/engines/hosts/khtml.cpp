// Opens one address in a window around KHTML, frames included.
#include <QApplication>
#include <khtml_part.h>
#include <khtmlview.h>

class Window : public KHTMLPart {
public:
  Window(QWidget *widget, QObject *parent) : KHTMLPart(widget, parent, DefaultGUI) {
    setJScriptEnabled(true);
    setJavaEnabled(false);
    setMetaRefreshEnabled(true);
  }

protected:
  // A frame is one of us: KDE would look for a browser to show it, and start one.
  KParts::ReadOnlyPart *createPart(QWidget *widget, QObject *parent, const QString &, QString &name, QStringList &types,
                                   const QStringList &) override {
    name = "khtml";
    types << "Browser/View";
    return new Window(widget, parent);
  }
};

int main(int count, char **values) {
  QApplication app(count, values);
  // The loader ends the program after its first address otherwise.
  QCoreApplication::setQuitLockEnabled(false);
  app.setQuitOnLastWindowClosed(false);
  Window window(nullptr, nullptr);
  // The browser around it is asked to go to another page, and to send a form into a frame.
  auto *browser = window.browserExtension();
  QObject::connect(browser, &KParts::BrowserExtension::openUrlRequestDelayed,
                   [&](const QUrl &url, const KParts::OpenUrlArguments &how, const KParts::BrowserArguments &more) {
                     KHTMLPart *frame = window.findFrame(more.frameName);
                     if (!frame) frame = &window;
                     frame->setArguments(how);
                     frame->browserExtension()->setBrowserArguments(more);
                     frame->openUrl(url);
                   });
  window.view()->resize(800, 600);
  window.view()->show();
  window.openUrl(QUrl(QString::fromLocal8Bit(values[1])));
  return app.exec();
}
