"""Opens one address in a window of QtWebKit."""
import signal
import sys

from PyQt5.QtCore import QUrl
from PyQt5.QtWebKit import QWebSettings
from PyQt5.QtWebKitWidgets import QWebView
from PyQt5.QtWidgets import QApplication

# Python would see the signal only when the loop of the window comes back to it.
signal.signal(signal.SIGTERM, signal.SIG_DFL)
app = QApplication(sys.argv)
view = QWebView()
view.settings().setAttribute(QWebSettings.LocalStorageEnabled, True)
view.load(QUrl(sys.argv[1]))
view.resize(1024, 768)
view.show()
app.exec_()
