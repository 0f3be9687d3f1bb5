<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>JsonDocument</name>
    <message>
        <source>1 item</source>
        <translation>1 Element</translation>
    </message>
    <message>
        <source>%L1 items</source>
        <translation>%L1 Elemente</translation>
    </message>
</context>
<context>
    <name>sluice::gui</name>
    <message>
        <source>%1 could not be made</source>
        <translation>%1 ließ sich nicht anlegen</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 could not be started</source>
        <translation>%1 ließ sich nicht starten</translation>
    </message>
    <message>
        <source>Tunnel open</source>
        <translation>Tunnel offen</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Tunnel closed</source>
        <translation>Tunnel geschlossen</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>Vollständig</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Gescheitert</translation>
    </message>
    <message>
        <source>Cut off</source>
        <translation>Abgeschnitten</translation>
    </message>
    <message>
        <source>tunnel</source>
        <translation>Tunnel</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>(%1 bytes)</source>
        <translation>(%1 Bytes)</translation>
    </message>
    <message>
        <source>Tunnel</source>
        <translation>Tunnel</translation>
    </message>
    <message>
        <source>Exchange</source>
        <translation>Austausch</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>URL</source>
        <translation>URL</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Methode</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Content type</source>
        <translation>Inhaltstyp</translation>
    </message>
    <message>
        <source>Sizes</source>
        <translation>Größen</translation>
    </message>
    <message>
        <source>Sent by client</source>
        <translation>Vom Client gesendet</translation>
    </message>
    <message>
        <source>Sent by target</source>
        <translation>Vom Ziel gesendet</translation>
    </message>
    <message>
        <source>Request head</source>
        <translation>Kopf der Anfrage</translation>
    </message>
    <message>
        <source>Request body</source>
        <translation>Inhalt der Anfrage</translation>
    </message>
    <message>
        <source>Response head</source>
        <translation>Kopf der Antwort</translation>
    </message>
    <message>
        <source>Response body</source>
        <translation>Inhalt der Antwort</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Listener</source>
        <translation>Zugang</translation>
    </message>
    <message>
        <source>, connection reused</source>
        <translation>, Verbindung wiederverwendet</translation>
    </message>
    <message>
        <source>Upstream</source>
        <translation>Gegenstelle</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Zeiten</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>TLS with client</source>
        <translation>TLS mit Client</translation>
    </message>
    <message>
        <source>TLS with server</source>
        <translation>TLS mit Server</translation>
    </message>
    <message>
        <source>Name lookup</source>
        <translation>Namensauflösung</translation>
    </message>
    <message>
        <source>Connection reused</source>
        <translation>Verbindung wiederverwendet</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Warten</translation>
    </message>
    <message>
        <source>Receiving</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>usage: sluice [--data-dir DIR] [--attach-only]

  --data-dir DIR  where history, settings and the engine&apos;s socket lie
  --attach-only   show an engine that somebody else starts; never start one
  --version       print the version and end
  --help          print this and end
</source>
        <translation>Aufruf: sluice [--data-dir DIR] [--attach-only]

  --data-dir DIR  wo Verlauf, Einstellungen und der Zugang zur Engine liegen
  --attach-only   eine Engine zeigen, die jemand anderes startet; nie eine starten
  --version       die Version ausgeben und enden
  --help          diesen Text ausgeben und enden
</translation>
    </message>
    <message>
        <source>--data-dir needs a directory</source>
        <translation>--data-dir braucht ein Verzeichnis</translation>
    </message>
    <message>
        <source>unknown option: %1</source>
        <translation>unbekannte Option: %1</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>KB</source>
        <translation>KB</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>TB</source>
        <translation>TB</translation>
    </message>
    <message>
        <source>PB</source>
        <translation>PB</translation>
    </message>
    <message>
        <source>B/s</source>
        <translation>B/s</translation>
    </message>
    <message>
        <source>KB/s</source>
        <translation>KB/s</translation>
    </message>
    <message>
        <source>MB/s</source>
        <translation>MB/s</translation>
    </message>
    <message>
        <source>GB/s</source>
        <translation>GB/s</translation>
    </message>
    <message>
        <source>TB/s</source>
        <translation>TB/s</translation>
    </message>
    <message>
        <source>PB/s</source>
        <translation>PB/s</translation>
    </message>
    <message>
        <source>%1 µs</source>
        <translation>%1 µs</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>TLS with the client</source>
        <translation>TLS mit dem Client</translation>
    </message>
    <message>
        <source>TLS with the server</source>
        <translation>TLS mit dem Server</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Anmerkung</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Cipher</source>
        <translation>Chiffre</translation>
    </message>
    <message>
        <source>Protocol (ALPN)</source>
        <translation>Protokoll (ALPN)</translation>
    </message>
    <message>
        <source>Server name (SNI)</source>
        <translation>Servername (SNI)</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>resumed</source>
        <translation>wiederaufgenommen</translation>
    </message>
    <message>
        <source>Handshake</source>
        <translation>Handschlag</translation>
    </message>
    <message>
        <source>Certificate</source>
        <translation>Zertifikat</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Issued by</source>
        <translation>Ausgestellt von</translation>
    </message>
    <message>
        <source>Valid</source>
        <translation>Gültig</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>unlimited</source>
        <translation>unbegrenzt</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 a minute</source>
        <translation>%1 je Minute</translation>
    </message>
    <message>
        <source>What is started here goes through Sluice (%1) and trusts its certificate.</source>
        <translation>Was hier gestartet wird, geht durch Sluice (%1) und vertraut dessen Zertifikat.</translation>
    </message>
    <message>
        <source>%1 is not of the form regular@ADDRESS:PORT</source>
        <translation>%1 ist nicht von der Form regular@ADRESSE:PORT</translation>
    </message>
    <message>
        <source>%1: ports end at 65535</source>
        <translation>%1: Ports enden bei 65535</translation>
    </message>
    <message>
        <source>%1 alone is for typing and moving about: add Ctrl or Alt</source>
        <translation>%1 allein dient dem Schreiben und Bewegen: mit Strg oder Alt geht es</translation>
    </message>
    <message>
        <source>%1 is what &quot;%2&quot; is done with</source>
        <translation>%1 ist schon für „%2“ da</translation>
    </message>
    <message>
        <source>%1 opens the menu &quot;%2&quot;</source>
        <translation>%1 öffnet das Menü „%2“</translation>
    </message>
    <message>
        <source>Red</source>
        <translation>Rot</translation>
    </message>
    <message>
        <source>Orange</source>
        <translation>Orange</translation>
    </message>
    <message>
        <source>Yellow</source>
        <translation>Gelb</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>Grün</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>Blau</translation>
    </message>
    <message>
        <source>Purple</source>
        <translation>Violett</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Markierung</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>Kommentar</translation>
    </message>
    <message>
        <source>Slowed down by</source>
        <translation>Gebremst durch</translation>
    </message>
    <message>
        <source>Held back</source>
        <translation>Zurückgehalten</translation>
    </message>
    <message>
        <source>, not recorded</source>
        <translation>, nicht aufgezeichnet</translation>
    </message>
    <message>
        <source>, the first %1 recorded</source>
        <translation>, die ersten %1 aufgezeichnet</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>Until it failed</source>
        <translation>Bis zum Fehler</translation>
    </message>
    <message>
        <source>%1 is starting, but trusts no certificate of Sluice: certutil is missing (package libnss3-tools or nss-tools). Its first page tells how to import the certificate.</source>
        <translation>%1 startet, vertraut aber keinem Zertifikat von Sluice: certutil fehlt (Paket libnss3-tools oder nss-tools). Die erste Seite sagt, wie sich das Zertifikat importieren lässt.</translation>
    </message>
    <message>
        <source>%1 crashed as soon as it was started.</source>
        <translation>%1 ist gleich nach dem Start abgestürzt.</translation>
    </message>
    <message>
        <source>%1 ended as soon as it was started, with exit code %2.</source>
        <translation>%1 hat sich gleich nach dem Start beendet, mit Exit-Code %2.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>not read</source>
        <translation>nicht gelesen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::Actions</name>
    <message>
        <source>Start &amp;engine</source>
        <translation>&amp;Engine starten</translation>
    </message>
    <message>
        <source>&amp;Restart engine</source>
        <translation>Engine &amp;neu starten</translation>
    </message>
    <message>
        <source>Stop the engine and start it again; open connections end</source>
        <translation>Die Engine beenden und wieder starten; offene Verbindungen enden</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>Close the window and stop its engine</source>
        <translation>Das Fenster schließen und seine Engine beenden</translation>
    </message>
    <message>
        <source>&amp;Copy URL</source>
        <translation>URL &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy the URLs of the selected exchanges, one a line</source>
        <translation>Die URLs der ausgewählten Austausche kopieren, eine je Zeile</translation>
    </message>
    <message>
        <source>&amp;Filter</source>
        <translation>&amp;Filter</translation>
    </message>
    <message>
        <source>Copy as c&amp;URL</source>
        <translation>Als c&amp;URL kopieren</translation>
    </message>
    <message>
        <source>&amp;Save response body</source>
        <translation>Inhalt der Antwort &amp;speichern</translation>
    </message>
    <message>
        <source>Open in &amp;browser</source>
        <translation>Im &amp;Browser öffnen</translation>
    </message>
    <message>
        <source>Open the URL of the current exchange in the system&apos;s browser</source>
        <translation>Die URL des aktuellen Austauschs im Browser des Systems öffnen</translation>
    </message>
    <message>
        <source>Only this &amp;host</source>
        <translation>Nur dieser &amp;Host</translation>
    </message>
    <message>
        <source>Show only exchanges with the host of the current one</source>
        <translation>Nur Austausche mit dem Host des aktuellen zeigen</translation>
    </message>
    <message>
        <source>&amp;Pass host through</source>
        <translation>Host &amp;durchlassen</translation>
    </message>
    <message>
        <source>&amp;Decrypt host again</source>
        <translation>Host &amp;wieder entschlüsseln</translation>
    </message>
    <message>
        <source>Clear &amp;selection</source>
        <translation>Auswahl auf&amp;heben</translation>
    </message>
    <message>
        <source>Select nothing and empty the inspector</source>
        <translation>Nichts auswählen und den Inspektor leeren</translation>
    </message>
    <message>
        <source>&amp;Follow newest</source>
        <translation>Neuestem &amp;folgen</translation>
    </message>
    <message>
        <source>Keep the newest exchange in view; ends when you scroll up, resumes at the bottom</source>
        <translation>Den neuesten Austausch im Blick behalten; endet beim Hochrollen und geht unten weiter</translation>
    </message>
    <message>
        <source>&amp;Inspector</source>
        <translation>&amp;Inspektor</translation>
    </message>
    <message>
        <source>Show what was sent and what came back</source>
        <translation>Zeigen, was gesendet wurde und was zurückkam</translation>
    </message>
    <message>
        <source>Inspector on the &amp;right</source>
        <translation>Inspektor &amp;rechts</translation>
    </message>
    <message>
        <source>Put the inspector beside the table instead of below it</source>
        <translation>Den Inspektor neben statt unter die Tabelle setzen</translation>
    </message>
    <message>
        <source>&amp;Overview</source>
        <translation>&amp;Überblick</translation>
    </message>
    <message>
        <source>Show the overview of the exchange</source>
        <translation>Den Überblick über den Austausch zeigen</translation>
    </message>
    <message>
        <source>Re&amp;quest</source>
        <translation>An&amp;frage</translation>
    </message>
    <message>
        <source>Show the request</source>
        <translation>Die Anfrage zeigen</translation>
    </message>
    <message>
        <source>Res&amp;ponse</source>
        <translation>Ant&amp;wort</translation>
    </message>
    <message>
        <source>Show the response</source>
        <translation>Die Antwort zeigen</translation>
    </message>
    <message>
        <source>Body as text or &amp;hex</source>
        <translation>Inhalt als Text oder &amp;hexadezimal</translation>
    </message>
    <message>
        <source>Show the body as text, or byte by byte</source>
        <translation>Den Inhalt als Text oder Byte für Byte zeigen</translation>
    </message>
    <message>
        <source>&amp;Next exchange</source>
        <translation>&amp;Nächster Austausch</translation>
    </message>
    <message>
        <source>Choose the next exchange</source>
        <translation>Den nächsten Austausch wählen</translation>
    </message>
    <message>
        <source>Pre&amp;vious exchange</source>
        <translation>&amp;Voriger Austausch</translation>
    </message>
    <message>
        <source>Choose the previous exchange</source>
        <translation>Den vorigen Austausch wählen</translation>
    </message>
    <message>
        <source>&amp;Exchanges</source>
        <translation>&amp;Austausche</translation>
    </message>
    <message>
        <source>Show what was asked and answered</source>
        <translation>Zeigen, was gefragt und geantwortet wurde</translation>
    </message>
    <message>
        <source>&amp;Connections</source>
        <translation>&amp;Verbindungen</translation>
    </message>
    <message>
        <source>Show open connections and the throughput of all of them</source>
        <translation>Offene Verbindungen und den Durchsatz aller zeigen</translation>
    </message>
    <message>
        <source>&amp;Find in body</source>
        <translation>Im Inhalt &amp;suchen</translation>
    </message>
    <message>
        <source>Look for a text in the body that is shown</source>
        <translation>Im gezeigten Inhalt nach einem Text suchen</translation>
    </message>
    <message>
        <source>Go to &amp;table</source>
        <translation>Zur &amp;Tabelle</translation>
    </message>
    <message>
        <source>Move the keyboard to the table</source>
        <translation>Die Tastatur zur Tabelle bewegen</translation>
    </message>
    <message>
        <source>Go to inspe&amp;ctor</source>
        <translation>Zum &amp;Inspektor</translation>
    </message>
    <message>
        <source>&amp;Usual columns</source>
        <translation>&amp;Übliche Spalten</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>List every action and its keys</source>
        <translation>Alle Aktionen mit ihren Tasten auflisten</translation>
    </message>
    <message>
        <source>&amp;About Sluice</source>
        <translation>&amp;Über Sluice</translation>
    </message>
    <message>
        <source>Version and licence</source>
        <translation>Version und Lizenz</translation>
    </message>
    <message>
        <source>Show or hide the column %1</source>
        <translation>Die Spalte %1 zeigen oder verbergen</translation>
    </message>
    <message>
        <source>Stop &amp;engine</source>
        <translation>&amp;Engine beenden</translation>
    </message>
    <message>
        <source>Stop the engine: it finishes what runs, at most five seconds</source>
        <translation>Die Engine beenden: was läuft, darf höchstens fünf Sekunden zu Ende laufen</translation>
    </message>
    <message>
        <source>Start the engine and listen for traffic</source>
        <translation>Die Engine starten und auf Verkehr warten</translation>
    </message>
    <message>
        <source>&amp;Preferences</source>
        <translation>&amp;Einstellungen</translation>
    </message>
    <message>
        <source>Choose appearance, language and where the engine listens</source>
        <translation>Aussehen, Sprache und Zugänge der Engine wählen</translation>
    </message>
    <message>
        <source>Go to the filter: show only exchanges that match</source>
        <translation>Zum Filter: nur passende Austausche zeigen</translation>
    </message>
    <message>
        <source>&amp;Throttle</source>
        <translation>&amp;Drosseln</translation>
    </message>
    <message>
        <source>Slow everything down as the chosen profile says, or let it pass at full speed</source>
        <translation>Alles so verlangsamen, wie das gewählte Profil es sagt, oder mit voller Geschwindigkeit durchlassen</translation>
    </message>
    <message>
        <source>Throttle &amp;dock</source>
        <translation>Drossel&amp;leiste</translation>
    </message>
    <message>
        <source>Show whom to slow down and how</source>
        <translation>Zeigen, wer wie verlangsamt wird</translation>
    </message>
    <message>
        <source>Re&amp;cording</source>
        <translation>&amp;Aufzeichnen</translation>
    </message>
    <message>
        <source>Keep what passes; while this is off, traffic passes on and leaves nothing behind</source>
        <translation>Behalten, was durchläuft; ist dies aus, läuft der Verkehr weiter und hinterlässt nichts</translation>
    </message>
    <message>
        <source>Decrypt &amp;https</source>
        <translation>&amp;https entschlüsseln</translation>
    </message>
    <message>
        <source>Decrypt the https of clients that trust the CA; else it passes through as tunnels</source>
        <translation>Https von Clients entschlüsseln, die der CA vertrauen; sonst läuft es als Tunnel durch</translation>
    </message>
    <message>
        <source>C&amp;lear history</source>
        <translation>Verlauf &amp;leeren</translation>
    </message>
    <message>
        <source>Forget all recorded exchanges, at once</source>
        <translation>Alle aufgezeichneten Austausche vergessen, sofort</translation>
    </message>
    <message>
        <source>Decrypt</source>
        <translation>Entschlüsseln</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>&amp;Sources</source>
        <translation>&amp;Quellen</translation>
    </message>
    <message>
        <source>Show hosts, programs, saved filters and sessions</source>
        <translation>Hosts, Programme, gespeicherte Filter und Sitzungen zeigen</translation>
    </message>
    <message>
        <source>Go to &amp;sources</source>
        <translation>Zu den &amp;Quellen</translation>
    </message>
    <message>
        <source>Move the keyboard to the sources</source>
        <translation>Die Tastatur zu den Quellen bringen</translation>
    </message>
    <message>
        <source>&amp;Keep this filter</source>
        <translation>Diesen Filter &amp;behalten</translation>
    </message>
    <message>
        <source>Put the filter among the saved ones</source>
        <translation>Den Filter zu den gespeicherten legen</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>Open a session or a HAR in a window of its own, to be read only</source>
        <translation>Eine Sitzung oder ein HAR in einem eigenen Fenster öffnen, nur zum Lesen</translation>
    </message>
    <message>
        <source>&amp;Save as session</source>
        <translation>Als Sitzung &amp;speichern</translation>
    </message>
    <message>
        <source>Save the exchanges that are shown to a file, with all bodies</source>
        <translation>Die gezeigten Austausche in eine Datei speichern, mit allen Inhalten</translation>
    </message>
    <message>
        <source>E&amp;xport as HAR</source>
        <translation>Als &amp;HAR ausgeben</translation>
    </message>
    <message>
        <source>Write the exchanges that are shown to a file that browsers and other tools read</source>
        <translation>Die gezeigten Austausche in eine Datei schreiben, die Browser und andere Werkzeuge lesen</translation>
    </message>
    <message>
        <source>System &amp;proxy</source>
        <translation>System&amp;proxy</translation>
    </message>
    <message>
        <source>Send the programs of this desktop through Sluice; its settings are given back when Sluice ends</source>
        <translation>Die Programme dieses Rechners durch Sluice schicken; seine Einstellungen werden zurückgegeben, wenn Sluice endet</translation>
    </message>
    <message>
        <source>Open a &amp;browser</source>
        <translation>&amp;Browser öffnen</translation>
    </message>
    <message>
        <source>Start a browser with a profile of its own that goes through Sluice and trusts its certificate</source>
        <translation>Einen Browser mit eigenem Profil starten, der durch Sluice geht und dessen Zertifikat vertraut</translation>
    </message>
    <message>
        <source>Open a &amp;terminal</source>
        <translation>&amp;Terminal öffnen</translation>
    </message>
    <message>
        <source>Start a terminal whose programs go through Sluice and trust its certificate</source>
        <translation>Ein Terminal starten, dessen Programme durch Sluice gehen und dessen Zertifikat vertrauen</translation>
    </message>
    <message>
        <source>Certificate &amp;authority</source>
        <translation>&amp;Zertifizierungsstelle</translation>
    </message>
    <message>
        <source>See who trusts the certificate of Sluice, and change that</source>
        <translation>Sehen, wer dem Zertifikat von Sluice vertraut, und das ändern</translation>
    </message>
    <message>
        <source>Move the keyboard to the inspector</source>
        <translation>Die Tastatur in den Inspektor bewegen</translation>
    </message>
    <message>
        <source>&amp;New session</source>
        <translation>&amp;Neue Sitzung</translation>
    </message>
    <message>
        <source>Show only what comes from now on; what was recorded stays in the history, and can be shown again</source>
        <translation>Nur zeigen, was von jetzt an kommt; das Aufgezeichnete bleibt im Verlauf und lässt sich wieder zeigen</translation>
    </message>
    <message>
        <source>&amp;Whole history</source>
        <translation>&amp;Ganzer Verlauf</translation>
    </message>
    <message>
        <source>Show the exchanges of all sessions</source>
        <translation>Die Austausche aller Sitzungen zeigen</translation>
    </message>
    <message>
        <source>Ne&amp;xt pane</source>
        <translation>N&amp;ächster Bereich</translation>
    </message>
    <message>
        <source>Move the keyboard to the next part of the window</source>
        <translation>Die Tastatur in den nächsten Teil des Fensters bewegen</translation>
    </message>
    <message>
        <source>Previous p&amp;ane</source>
        <translation>Vori&amp;ger Bereich</translation>
    </message>
    <message>
        <source>Move the keyboard to the part of the window before</source>
        <translation>Die Tastatur in den vorigen Teil des Fensters bewegen</translation>
    </message>
    <message>
        <source>&amp;Order of arrival</source>
        <translation>&amp;Reihenfolge der Ankunft</translation>
    </message>
    <message>
        <source>Show the exchanges in the order in which they began</source>
        <translation>Die Austausche in der Reihenfolge zeigen, in der sie begannen</translation>
    </message>
    <message>
        <source>&amp;Largest first</source>
        <translation>&amp;Größte zuerst</translation>
    </message>
    <message>
        <source>Sort the other way round</source>
        <translation>Andersherum sortieren</translation>
    </message>
    <message>
        <source>Sort the exchanges by the column %1</source>
        <translation>Die Austausche nach der Spalte %1 sortieren</translation>
    </message>
    <message>
        <source>Copy the requests of the selected exchanges as commands that send them again</source>
        <translation>Die Anfragen der ausgewählten Austausche als Befehle kopieren, die sie erneut senden</translation>
    </message>
    <message>
        <source>Write the bodies of the selected responses to files, unpacked</source>
        <translation>Die Inhalte der ausgewählten Antworten entpackt in Dateien schreiben</translation>
    </message>
    <message>
        <source>Never decrypt the hosts of the selected exchanges, from their next connection on</source>
        <translation>Die Hosts der ausgewählten Austausche ab ihrer nächsten Verbindung nie entschlüsseln</translation>
    </message>
    <message>
        <source>Take the hosts of the selected exchanges off the list of those that pass through</source>
        <translation>Die Hosts der ausgewählten Austausche von der Liste derer nehmen, die durchgelassen werden</translation>
    </message>
    <message>
        <source>&amp;Throttle host</source>
        <translation>Host &amp;drosseln</translation>
    </message>
    <message>
        <source>Give the hosts of the selected exchanges limits of their own</source>
        <translation>Den Hosts der ausgewählten Austausche eigene Grenzen geben</translation>
    </message>
    <message>
        <source>Co&amp;mment</source>
        <translation>Ko&amp;mmentar</translation>
    </message>
    <message>
        <source>Write something about the selected exchanges, to find them by</source>
        <translation>Etwas zu den ausgewählten Austauschen schreiben, um sie wiederzufinden</translation>
    </message>
    <message>
        <source>No mark</source>
        <translation>Keine Markierung</translation>
    </message>
    <message>
        <source>Take the mark of the selected exchanges away</source>
        <translation>Die Markierung der ausgewählten Austausche entfernen</translation>
    </message>
    <message>
        <source>Mark the selected exchanges with this colour; once more takes the mark away</source>
        <translation>Die ausgewählten Austausche in dieser Farbe markieren; noch einmal entfernt die Markierung</translation>
    </message>
    <message>
        <source>Show the usual columns in their usual order and width</source>
        <translation>Die üblichen Spalten in üblicher Reihenfolge und Breite zeigen</translation>
    </message>
    <message>
        <source>&amp;Import HAR into history</source>
        <translation>HAR in den Verlauf &amp;importieren</translation>
    </message>
    <message>
        <source>Add the exchanges of a HAR file to those that are recorded</source>
        <translation>Die Austausche einer HAR-Datei zu den aufgezeichneten hinzufügen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::Annotations</name>
    <message>
        <source>No engine is running</source>
        <translation>Es läuft keine Engine</translation>
    </message>
    <message>
        <source>At most %L1 exchanges at once</source>
        <translation>Höchstens %L1 Austausche auf einmal</translation>
    </message>
</context>
<context>
    <name>sluice::gui::AuthorityDialog</name>
    <message>
        <source>This system, for every user</source>
        <translation>Dieses System, für alle Benutzer</translation>
    </message>
    <message>
        <source>This user&apos;s programs</source>
        <translation>Programme dieses Benutzers</translation>
    </message>
    <message>
        <source>curl, git, Python and most other programs; asks for an administrator</source>
        <translation>curl, git, Python und die meisten anderen Programme; fragt nach einem Verwalter</translation>
    </message>
    <message>
        <source>Browsers and most other programs; the system asks for your consent</source>
        <translation>Browser und die meisten anderen Programme; das System fragt nach Zustimmung</translation>
    </message>
    <message>
        <source>Trusted</source>
        <translation>Vertraut</translation>
    </message>
    <message>
        <source>Not trusted</source>
        <translation>Nicht vertraut</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>Certificate authority</source>
        <translation>Zertifizierungsstelle</translation>
    </message>
    <message>
        <source>&amp;Look again</source>
        <translation>Erneut &amp;nachsehen</translation>
    </message>
    <message>
        <source>Read again what is trusted where</source>
        <translation>Erneut lesen, wo was vertraut wird</translation>
    </message>
    <message>
        <source>No certificate yet</source>
        <translation>Noch kein Zertifikat</translation>
    </message>
    <message>
        <source>&amp;Save certificate</source>
        <translation>Zertifikat &amp;speichern</translation>
    </message>
    <message>
        <source>To a file: .crt, .cer and .der for Windows, Android and Java, else PEM</source>
        <translation>In eine Datei: .crt, .cer und .der für Windows, Android und Java, sonst PEM</translation>
    </message>
    <message>
        <source>SHA-256 fingerprint</source>
        <translation>SHA-256-Fingerabdruck</translation>
    </message>
    <message>
        <source>SHA-256 fingerprint, as other programs show it; valid until %1</source>
        <translation>SHA-256-Fingerabdruck, wie andere Programme ihn zeigen; gültig bis %1</translation>
    </message>
    <message>
        <source>Commands that do it by hand</source>
        <translation>Befehle, die es von Hand tun</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copy the commands</source>
        <translation>Befehle kopieren</translation>
    </message>
    <message>
        <source>Copy the commands to the clipboard</source>
        <translation>Die Befehle in die Zwischenablage kopieren</translation>
    </message>
    <message>
        <source>Commands copied</source>
        <translation>Befehle kopiert</translation>
    </message>
    <message>
        <source>For the system by hand, in a terminal:</source>
        <translation>Für das System von Hand, in einem Terminal:</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Trust</source>
        <translation>Vertrauen</translation>
    </message>
    <message>
        <source>Remove from: %1</source>
        <translation>Entfernen aus: %1</translation>
    </message>
    <message>
        <source>Trust in: %1</source>
        <translation>Vertrauen in: %1</translation>
    </message>
    <message>
        <source>Take the certificate out of there again</source>
        <translation>Das Zertifikat dort wieder entfernen</translation>
    </message>
    <message>
        <source>Put the certificate there</source>
        <translation>Das Zertifikat dort ablegen</translation>
    </message>
    <message>
        <source>The system may ask for your consent</source>
        <translation>Das System fragt vielleicht nach Zustimmung</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1: the certificate is not trusted there any more</source>
        <translation>%1: dem Zertifikat wird dort nicht mehr vertraut</translation>
    </message>
    <message>
        <source>%1: trusted. Programs that run take notice when they are started again</source>
        <translation>%1: vertraut. Laufende Programme merken es, wenn sie neu gestartet werden</translation>
    </message>
    <message>
        <source>Save the certificate</source>
        <translation>Zertifikat speichern</translation>
    </message>
    <message>
        <source>Certificates (*.crt *.cer *.der *.pem)</source>
        <translation>Zertifikate (*.crt *.cer *.der *.pem)</translation>
    </message>
    <message>
        <source>Saved to %1</source>
        <translation>Gespeichert in %1</translation>
    </message>
    <message>
        <source>Programs that trust this certificate can be decrypted. It was made on this machine, for this
installation alone; its key never leaves your data directory.</source>
        <translation>Programme, die diesem Zertifikat vertrauen, lassen sich entschlüsseln. Es wurde auf diesem
Rechner nur für diese Installation gemacht; sein Schlüssel verlässt das Datenverzeichnis nie.</translation>
    </message>
    <message>
        <source>Phones and other devices: open http://sluice.proxy/ there, through the proxy. It hands out
the certificate and says what each system wants to be told.</source>
        <translation>Telefone und andere Geräte: dort http://sluice.proxy/ durch den Proxy öffnen. Die Seite gibt
das Zertifikat aus und sagt, was das jeweilige System wissen will.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::Banner</name>
    <message>
        <source>Notice</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Start the engine once more as it was</source>
        <translation>Die Engine noch einmal starten wie zuvor</translation>
    </message>
    <message>
        <source>Hide this notice (Esc)</source>
        <translation>Diesen Hinweis ausblenden (Esc)</translation>
    </message>
    <message>
        <source>Hide this notice</source>
        <translation>Diesen Hinweis ausblenden</translation>
    </message>
    <message>
        <source>Use a free port</source>
        <translation>Freien Port nehmen</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <source>Start the engine on a port that nobody uses, this once</source>
        <translation>Die Engine dieses eine Mal auf einem Port starten, den niemand benutzt</translation>
    </message>
    <message>
        <source>Start the engine</source>
        <translation>Die Engine starten</translation>
    </message>
    <message>
        <source>Show folder</source>
        <translation>Ordner zeigen</translation>
    </message>
    <message>
        <source>Open the folder in which the history lies</source>
        <translation>Den Ordner öffnen, in dem der Verlauf liegt</translation>
    </message>
    <message>
        <source>What can be done about it</source>
        <translation>Was sich dagegen tun lässt</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Choose how much of each body is kept</source>
        <translation>Wählen, wie viel von jedem Inhalt behalten wird</translation>
    </message>
</context>
<context>
    <name>sluice::gui::BodyPane</name>
    <message>
        <source>Pretty</source>
        <translation>Schön</translation>
    </message>
    <message>
        <source>Laid out for reading</source>
        <translation>Zum Lesen gesetzt</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>As text, unpacked</source>
        <translation>Als Text, entpackt</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>Roh</translation>
    </message>
    <message>
        <source>As it was recorded, packed if it came packed</source>
        <translation>Wie aufgezeichnet, gepackt, wenn es gepackt kam</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>Hex</translation>
    </message>
    <message>
        <source>Byte by byte, as it was recorded (Ctrl+H)</source>
        <translation>Byte für Byte, wie aufgezeichnet (Strg+H)</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>As a picture</source>
        <translation>Als Bild</translation>
    </message>
    <message>
        <source>Not unpacked: %1</source>
        <translation>Nicht entpackt: %1</translation>
    </message>
    <message>
        <source>Body</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>Body, %1</source>
        <translation>Inhalt, %1</translation>
    </message>
    <message>
        <source>%1, %2 unpacked</source>
        <translation>%1, entpackt %2</translation>
    </message>
    <message>
        <source>still arriving</source>
        <translation>kommt noch</translation>
    </message>
    <message>
        <source>the first %1 shown</source>
        <translation>die ersten %1 gezeigt</translation>
    </message>
    <message>
        <source>Nothing of this body was recorded.</source>
        <translation>Von diesem Inhalt wurde nichts aufgezeichnet.</translation>
    </message>
    <message>
        <source>No body</source>
        <translation>Kein Inhalt</translation>
    </message>
    <message>
        <source>No body yet</source>
        <translation>Noch kein Inhalt</translation>
    </message>
    <message>
        <source>Reading %1 %</source>
        <translation>%1 % gelesen</translation>
    </message>
    <message>
        <source>Laying out %1 %</source>
        <translation>%1 % gesetzt</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Liest</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>One event of the stream after the other, as they come</source>
        <translation>Ein Ereignis des Stroms nach dem anderen, wie sie kommen</translation>
    </message>
    <message>
        <source>1 event</source>
        <translation>1 Ereignis</translation>
    </message>
    <message>
        <source>%L1 events</source>
        <translation>%L1 Ereignisse</translation>
    </message>
    <message>
        <source>Save part</source>
        <translation>Teil speichern</translation>
    </message>
    <message>
        <source>Not written: %1</source>
        <translation>Nicht geschrieben: %1</translation>
    </message>
    <message>
        <source>stopped after %1</source>
        <translation>angehalten nach %1</translation>
    </message>
    <message>
        <source>The reading was stopped.</source>
        <translation>Das Lesen wurde angehalten.</translation>
    </message>
    <message>
        <source>Read on</source>
        <translation>Weiterlesen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Read all of this body</source>
        <translation>Diesen Inhalt ganz lesen</translation>
    </message>
    <message>
        <source>Read no more of this body</source>
        <translation>Diesen Inhalt nicht weiter lesen</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Wird vorbereitet</translation>
    </message>
    <message>
        <source>the first %1 recorded</source>
        <translation>die ersten %1 aufgezeichnet</translation>
    </message>
    <message>
        <source>This body was not read: the exchange ended before.</source>
        <translation>Dieser Inhalt wurde nicht gelesen: der Austausch war vorher zu Ende.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ClientStarter</name>
    <message>
        <source>Open &amp;with</source>
        <translation>Öffnen &amp;mit</translation>
    </message>
    <message>
        <source>%1 is starting</source>
        <translation>%1 startet</translation>
    </message>
    <message>
        <source>No browser was found on this system</source>
        <translation>Auf diesem System wurde kein Browser gefunden</translation>
    </message>
    <message>
        <source>No terminal was found on this system</source>
        <translation>Auf diesem System wurde kein Terminal gefunden</translation>
    </message>
</context>
<context>
    <name>sluice::gui::CommentDialog</name>
    <message>
        <source>Comment</source>
        <translation>Kommentar</translation>
    </message>
    <message>
        <source>Found again with comment~word in the filter</source>
        <translation>Im Filter zu finden mit comment~Wort</translation>
    </message>
    <message>
        <source>On this exchange:</source>
        <translation>Zu diesem Austausch:</translation>
    </message>
    <message>
        <source>On %L1 exchanges:</source>
        <translation>Zu %L1 Austauschen:</translation>
    </message>
    <message>
        <source>&amp;Save comment</source>
        <translation>Kommentar &amp;speichern</translation>
    </message>
    <message>
        <source>Save the comment (Ctrl+Enter); an empty one takes it away</source>
        <translation>Den Kommentar speichern (Strg+Eingabe); ein leerer entfernt ihn</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>A comment has at most %L1 bytes; this one has %L2.</source>
        <translation>Ein Kommentar hat höchstens %L1 Bytes; dieser hat %L2.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ConnectionModel</name>
    <message>
        <source>Idle</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Exchange</source>
        <translation>Austausch</translation>
    </message>
    <message>
        <source>Tunnel</source>
        <translation>Tunnel</translation>
    </message>
    <message>
        <source>#</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Exchanges</source>
        <translation>Austausche</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Herab</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Hinauf</translation>
    </message>
    <message>
        <source>Down now</source>
        <translation>Herab jetzt</translation>
    </message>
    <message>
        <source>Up now</source>
        <translation>Hinauf jetzt</translation>
    </message>
    <message>
        <source>Last minute</source>
        <translation>Letzte Minute</translation>
    </message>
    <message>
        <source>%1 each way for this connection alone; drag to change it</source>
        <translation>%1 in jede Richtung, nur für diese Verbindung; zum Ändern ziehen</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Grenze</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ConnectionsPage</name>
    <message>
        <source>No connection is open. Every client that connects is listed here while it is connected.</source>
        <translation>Keine Verbindung ist offen. Jeder Client steht hier, solange er verbunden ist.</translation>
    </message>
    <message>
        <source>1 min</source>
        <translation>1 min</translation>
    </message>
    <message>
        <source>Show the last minute</source>
        <translation>Die letzte Minute zeigen</translation>
    </message>
    <message>
        <source>10 min</source>
        <translation>10 min</translation>
    </message>
    <message>
        <source>Show the last ten minutes</source>
        <translation>Die letzten zehn Minuten zeigen</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>Show everything since the window opened</source>
        <translation>Alles zeigen, seit das Fenster offen ist</translation>
    </message>
    <message>
        <source>Open connections</source>
        <translation>Offene Verbindungen</translation>
    </message>
    <message>
        <source>&amp;Close connection</source>
        <translation>Verbindung &amp;schließen</translation>
    </message>
    <message>
        <source>Cut the chosen connections; what runs on them is recorded as aborted</source>
        <translation>Die gewählten Verbindungen trennen; was darauf läuft, wird als abgebrochen aufgezeichnet</translation>
    </message>
    <message>
        <source>1 open connection</source>
        <translation>1 offene Verbindung</translation>
    </message>
    <message>
        <source>%L1 open connections</source>
        <translation>%L1 offene Verbindungen</translation>
    </message>
    <message>
        <source>%1, the first %L2 are listed</source>
        <translation>%1, die ersten %L2 sind aufgelistet</translation>
    </message>
    <message>
        <source>The engine is not running</source>
        <translation>Die Engine läuft nicht</translation>
    </message>
    <message>
        <source>Each way for each of them, whatever the throttle says; unlimited: as everything</source>
        <translation>In jede Richtung und für jede von ihnen, was auch die Drosselung sagt; unbegrenzt: wie alles</translation>
    </message>
    <message>
        <source>&amp;Limit of the chosen connection</source>
        <translation>&amp;Grenze der gewählten Verbindung</translation>
    </message>
    <message>
        <source>&amp;Limit of each of the %L1 chosen connections</source>
        <translation>&amp;Grenze für jede der %L1 gewählten Verbindungen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::EmptyPage</name>
    <message>
        <source>Command to try</source>
        <translation>Befehl zum Ausprobieren</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the command to the clipboard</source>
        <translation>Den Befehl in die Zwischenablage kopieren</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <source>Start the engine (Ctrl+E)</source>
        <translation>Die Engine starten (Strg+E)</translation>
    </message>
    <message>
        <source>Start the engine</source>
        <translation>Die Engine starten</translation>
    </message>
    <message>
        <source>Starts it with a profile of its own; your own stays as it is</source>
        <translation>Startet ihn mit einem eigenen Profil; Ihres bleibt, wie es ist</translation>
    </message>
    <message>
        <source>Listening on %1</source>
        <translation>Wartet auf %1</translation>
    </message>
    <message>
        <source>Starting the engine</source>
        <translation>Die Engine startet</translation>
    </message>
    <message>
        <source>Waiting for an engine</source>
        <translation>Wartet auf eine Engine</translation>
    </message>
    <message>
        <source>Stopping the engine</source>
        <translation>Die Engine endet</translation>
    </message>
    <message>
        <source>The engine is stopped</source>
        <translation>Die Engine ist beendet</translation>
    </message>
    <message>
        <source>The engine does not run</source>
        <translation>Die Engine läuft nicht</translation>
    </message>
    <message>
        <source>What passes through it will be listed here.</source>
        <translation>Was durch sie hindurchgeht, wird hier aufgelistet.</translation>
    </message>
    <message>
        <source>Send traffic through it, and each exchange appears here.</source>
        <translation>Senden Sie Verkehr hindurch, und jeder Austausch erscheint hier.</translation>
    </message>
    <message>
        <source>or with one command:</source>
        <translation>oder mit einem Befehl:</translation>
    </message>
    <message>
        <source>Open a terminal</source>
        <translation>Terminal öffnen</translation>
    </message>
    <message>
        <source>Who trusts the certificate</source>
        <translation>Wer dem Zertifikat vertraut</translation>
    </message>
    <message>
        <source>For programs that you start yourself: who trusts the certificate of Sluice, and how to change that</source>
        <translation>Für Programme, die Sie selbst starten: wer dem Zertifikat von Sluice vertraut, und wie man das ändert</translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation>%1 öffnen</translation>
    </message>
    <message>
        <source>Open a browser</source>
        <translation>Browser öffnen</translation>
    </message>
    <message>
        <source>Its programs go through Sluice and trust its certificate: curl, git, Python, Node, Go and others</source>
        <translation>Dessen Programme gehen durch Sluice und vertrauen dem Zertifikat: curl, git, Python, Node, Go und andere</translation>
    </message>
</context>
<context>
    <name>sluice::gui::EngineKeeper</name>
    <message>
        <source>No engine is running on %1.</source>
        <translation>Auf %1 läuft keine Engine.</translation>
    </message>
    <message>
        <source>This window only attaches: it waits for one.</source>
        <translation>Dieses Fenster hängt sich nur an: Es wartet auf eine.</translation>
    </message>
    <message>
        <source>Its exit status was %1.</source>
        <translation>Ihr Rückgabewert war %1.</translation>
    </message>
    <message>
        <source>The engine could not start.</source>
        <translation>Die Engine konnte nicht starten.</translation>
    </message>
    <message>
        <source>It gave no reason.</source>
        <translation>Sie nannte keinen Grund.</translation>
    </message>
    <message>
        <source>The engine crashed again, soon after it was restarted.</source>
        <translation>Die Engine ist kurz nach dem Neustart wieder abgestürzt.</translation>
    </message>
    <message>
        <source>The engine crashed and was restarted. Connections that were open are lost; everything recorded is kept.</source>
        <translation>Die Engine ist abgestürzt und wurde neu gestartet. Offene Verbindungen sind verloren; alles Aufgezeichnete ist erhalten.</translation>
    </message>
    <message>
        <source>The engine was stopped.</source>
        <translation>Die Engine wurde beendet.</translation>
    </message>
    <message>
        <source>No engine is running</source>
        <translation>Es läuft keine Engine</translation>
    </message>
    <message>
        <source>The engine has no listener that is a proxy for this: regular@ADDRESS:PORT</source>
        <translation>Die Engine hat keinen Listener, der dafür als Proxy dient: regular@ADRESSE:PORT</translation>
    </message>
</context>
<context>
    <name>sluice::gui::EngineLink</name>
    <message>
        <source>The engine does not answer.</source>
        <translation>Die Engine antwortet nicht.</translation>
    </message>
    <message>
        <source>The engine sent something that is no message of its protocol.</source>
        <translation>Die Engine hat etwas gesendet, das keine Nachricht ihres Protokolls ist.</translation>
    </message>
    <message>
        <source>The engine went away.</source>
        <translation>Die Engine ist weg.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::EngineSwitches</name>
    <message>
        <source>Exchanges that begin from now on are recorded</source>
        <translation>Austausche, die ab jetzt beginnen, werden aufgezeichnet</translation>
    </message>
    <message>
        <source>Traffic passes on, but what begins now is not recorded</source>
        <translation>Der Verkehr läuft weiter, aber was jetzt beginnt, wird nicht aufgezeichnet</translation>
    </message>
    <message>
        <source>https is decrypted from the next connection on</source>
        <translation>https wird ab der nächsten Verbindung entschlüsselt</translation>
    </message>
    <message>
        <source>https passes through undecrypted from the next connection on</source>
        <translation>https läuft ab der nächsten Verbindung unentschlüsselt durch</translation>
    </message>
    <message>
        <source>History cleared</source>
        <translation>Verlauf geleert</translation>
    </message>
    <message>
        <source>No engine is running</source>
        <translation>Es läuft keine Engine</translation>
    </message>
</context>
<context>
    <name>sluice::gui::EventModel</name>
    <message>
        <source>incomplete</source>
        <translation>unvollständig</translation>
    </message>
    <message>
        <source>comment</source>
        <translation>Kommentar</translation>
    </message>
    <message>
        <source>field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>#</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Ereignis</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>Id</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
</context>
<context>
    <name>sluice::gui::EventPage</name>
    <message>
        <source>Events of the stream</source>
        <translation>Ereignisse des Stroms</translation>
    </message>
    <message>
        <source>Data of the event</source>
        <translation>Daten des Ereignisses</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ExchangeCommands</name>
    <message>
        <source>URL copied</source>
        <translation>URL kopiert</translation>
    </message>
    <message>
        <source>%L1 URLs copied</source>
        <translation>%L1 URLs kopiert</translation>
    </message>
    <message>
        <source>curl command copied</source>
        <translation>curl-Befehl kopiert</translation>
    </message>
    <message>
        <source>Save response body</source>
        <translation>Inhalt der Antwort speichern</translation>
    </message>
    <message>
        <source>%1 written to %2</source>
        <translation>%1 nach %2 geschrieben</translation>
    </message>
    <message>
        <source>This is no address for a browser</source>
        <translation>Das ist keine Adresse für einen Browser</translation>
    </message>
    <message>
        <source>No browser could be started</source>
        <translation>Kein Browser ließ sich starten</translation>
    </message>
    <message>
        <source>%L1 curl commands copied</source>
        <translation>%L1 curl-Befehle kopiert</translation>
    </message>
    <message>
        <source>At most %L1 bodies at once</source>
        <translation>Höchstens %L1 Inhalte auf einmal</translation>
    </message>
    <message>
        <source>Save response bodies</source>
        <translation>Inhalte der Antworten speichern</translation>
    </message>
    <message>
        <source>%L1 bodies written to %2</source>
        <translation>%L1 Inhalte nach %2 geschrieben</translation>
    </message>
    <message>
        <source>This exchange is no longer in the history</source>
        <translation>Dieser Austausch ist nicht mehr im Verlauf</translation>
    </message>
    <message>
        <source>Nothing of this body was recorded</source>
        <translation>Von diesem Inhalt wurde nichts aufgezeichnet</translation>
    </message>
    <message>
        <source>Stopped: %1</source>
        <translation>Angehalten: %1</translation>
    </message>
    <message>
        <source>%1; %L2 of them are not whole: %3</source>
        <translation>%1; %L2 davon sind nicht vollständig: %3</translation>
    </message>
    <message>
        <source>Writing to %1</source>
        <translation>Es wird nach %1 geschrieben</translation>
    </message>
    <message>
        <source>Nothing was saved</source>
        <translation>Nichts wurde gespeichert</translation>
    </message>
    <message>
        <source>%1; the body is not whole: %2</source>
        <translation>%1; der Body ist nicht vollständig: %2</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ExchangeModel</name>
    <message>
        <source>Number of the exchange, in the order in which they began</source>
        <translation>Nummer des Austauschs in der Reihenfolge des Beginns</translation>
    </message>
    <message>
        <source>#</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Running, complete, failed or cut off</source>
        <translation>Läuft, vollständig, gescheitert oder abgeschnitten</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Request method</source>
        <translation>Methode der Anfrage</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Methode</translation>
    </message>
    <message>
        <source>Host that was asked</source>
        <translation>Host, der gefragt wurde</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Host</translation>
    </message>
    <message>
        <source>Path and query; a tunnel has none</source>
        <translation>Pfad und Abfrage; ein Tunnel hat keine</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>Pfad</translation>
    </message>
    <message>
        <source>Status of the response</source>
        <translation>Status der Antwort</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Content type of the response, or the kind of the row</source>
        <translation>Inhaltstyp der Antwort oder Art der Zeile</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Bytes of the response body; of a tunnel, both ways</source>
        <translation>Bytes des Inhalts der Antwort; bei einem Tunnel beider Richtungen</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>From the first byte of the request to the end</source>
        <translation>Vom ersten Byte der Anfrage bis zum Ende</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>When each of the rows on view began and ended: waiting pale, receiving full</source>
        <translation>Wann jede der sichtbaren Zeilen begann und endete: Warten blass, Empfangen kräftig</translation>
    </message>
    <message>
        <source>Waterfall</source>
        <translation>Wasserfall</translation>
    </message>
    <message>
        <source>The program that sent the request</source>
        <translation>Das Programm, das die Anfrage gesendet hat</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>When the request began, local time</source>
        <translation>Wann die Anfrage begann, Ortszeit</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>%1, marked: %2</source>
        <translation>%1, markiert: %2</translation>
    </message>
    <message>
        <source>What somebody wrote about the exchange</source>
        <translation>Was jemand zu dem Austausch geschrieben hat</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>Kommentar</translation>
    </message>
    <message>
        <source>What was spoken with the server</source>
        <translation>Was mit dem Server gesprochen wurde</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>The network profile that slowed it down</source>
        <translation>Das Netzprofil, das den Austausch gebremst hat</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ExchangeTable</name>
    <message>
        <source>Exchanges</source>
        <translation>Austausche</translation>
    </message>
    <message>
        <source>No exchanges</source>
        <translation>Keine Austausche</translation>
    </message>
    <message>
        <source>No exchange matches what is chosen and typed</source>
        <translation>Kein Austausch passt zu dem, was gewählt und eingegeben ist</translation>
    </message>
</context>
<context>
    <name>sluice::gui::FileJob</name>
    <message>
        <source>%L1 exchanges</source>
        <translation>%L1 Austausche</translation>
    </message>
</context>
<context>
    <name>sluice::gui::FilterField</name>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Show only exchanges that match (Ctrl+F)</source>
        <translation>Nur passende Austausche zeigen (Strg+F)</translation>
    </message>
    <message>
        <source>Filter: host~api status&gt;=400, or ~d api ~c 404 (Ctrl+F)</source>
        <translation>Filter: host~api status&gt;=400 oder ~d api ~c 404 (Strg+F)</translation>
    </message>
    <message>
        <source>Terms like host~api status&gt;=400 method=POST body~&quot;token&quot;, mitmproxy&apos;s ~u ~m ~c, and &amp; | ! ( )</source>
        <translation>Terme wie host~api status&gt;=400 method=POST body~&quot;token&quot;, ~u ~m ~c von mitmproxy und &amp; | ! ( )</translation>
    </message>
    <message>
        <source>What is wrong with the filter</source>
        <translation>Was am Filter falsch ist</translation>
    </message>
    <message>
        <source>column %1: %2</source>
        <translation>Spalte %1: %2</translation>
    </message>
</context>
<context>
    <name>sluice::gui::FindBar</name>
    <message>
        <source>Previous (Shift+Enter)</source>
        <translation>Vorige Stelle (Umschalt+Eingabe)</translation>
    </message>
    <message>
        <source>Next (Enter)</source>
        <translation>Nächste Stelle (Eingabe)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Sucht</translation>
    </message>
    <message>
        <source>%L1</source>
        <translation>%L1</translation>
    </message>
    <message>
        <source>%L1 of %2</source>
        <translation>%L1 von %2</translation>
    </message>
    <message>
        <source>Search failed</source>
        <translation>Suche fehlgeschlagen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::HostCommands</name>
    <message>
        <source>At most %L1 hosts at once</source>
        <translation>Höchstens %L1 Hosts auf einmal</translation>
    </message>
    <message>
        <source>No engine is running</source>
        <translation>Es läuft keine Engine</translation>
    </message>
    <message>
        <source>Passing through undecrypted from the next connection on: %1</source>
        <translation>Ab der nächsten Verbindung unentschlüsselt durchgelassen: %1</translation>
    </message>
    <message>
        <source>Decrypted from the next connection on: %1</source>
        <translation>Ab der nächsten Verbindung entschlüsselt: %1</translation>
    </message>
</context>
<context>
    <name>sluice::gui::Inspector</name>
    <message>
        <source>Overview</source>
        <translation>Überblick</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>Anfrage</translation>
    </message>
    <message>
        <source>Response</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>What happened, when, and between whom (Ctrl+1)</source>
        <translation>Was geschah, wann und zwischen wem (Strg+1)</translation>
    </message>
    <message>
        <source>Request head as it came, and its body (Ctrl+2)</source>
        <translation>Kopf der Anfrage, wie er kam, und ihr Inhalt (Strg+2)</translation>
    </message>
    <message>
        <source>Response head as it came, and its body (Ctrl+3)</source>
        <translation>Kopf der Antwort, wie er kam, und ihr Inhalt (Strg+3)</translation>
    </message>
    <message>
        <source>Choose an exchange to see what was sent and what came back.</source>
        <translation>Wählen Sie einen Austausch, um zu sehen, was gesendet wurde und was zurückkam.</translation>
    </message>
    <message>
        <source>This exchange is no longer in the history.</source>
        <translation>Dieser Austausch ist nicht mehr im Verlauf.</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Nachrichten</translation>
    </message>
    <message>
        <source>What the WebSocket carried</source>
        <translation>Was der WebSocket getragen hat</translation>
    </message>
</context>
<context>
    <name>sluice::gui::InterceptionPage</name>
    <message>
        <source>&amp;Decrypt the https of programs that trust the certificate of Sluice</source>
        <translation>https von Programmen &amp;entschlüsseln, die dem Zertifikat von Sluice vertrauen</translation>
    </message>
    <message>
        <source>&amp;Hosts that always pass through undecrypted:</source>
        <translation>&amp;Hosts, die immer unentschlüsselt durchgehen:</translation>
    </message>
    <message>
        <source>Hosts that pass through</source>
        <translation>Hosts, die durchgehen</translation>
    </message>
    <message>
        <source>Host to pass through</source>
        <translation>Host, der durchgehen soll</translation>
    </message>
    <message>
        <source>example.com, *.example.com or host:8443</source>
        <translation>example.com, *.example.com oder host:8443</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>&amp;Hinzufügen</translation>
    </message>
    <message>
        <source>Pass this host through, from its next connection on</source>
        <translation>Diesen Host ab seiner nächsten Verbindung durchlassen</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>Ent&amp;fernen</translation>
    </message>
    <message>
        <source>Decrypt the chosen hosts again, from their next connection on</source>
        <translation>Die gewählten Hosts ab ihrer nächsten Verbindung wieder entschlüsseln</translation>
    </message>
    <message>
        <source>Each change holds from the next connection on, and after a restart.</source>
        <translation>Jede Änderung gilt ab der nächsten Verbindung, auch nach einem Neustart.</translation>
    </message>
    <message>
        <source>No engine is running</source>
        <translation>Es läuft keine Engine</translation>
    </message>
</context>
<context>
    <name>sluice::gui::KeepingPage</name>
    <message>
        <source>Without limit</source>
        <translation>Ohne Grenze</translation>
    </message>
    <message>
        <source>&amp;History in all</source>
        <translation>&amp;Verlauf insgesamt</translation>
    </message>
    <message>
        <source>&amp;Age</source>
        <translation>&amp;Alter</translation>
    </message>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message>
        <source> days</source>
        <translation> Tage</translation>
    </message>
    <message>
        <source>Restart the engine &amp;now</source>
        <translation>Engine &amp;jetzt neu starten</translation>
    </message>
    <message>
        <source>Open connections end; the history stays</source>
        <translation>Offene Verbindungen enden; der Verlauf bleibt</translation>
    </message>
    <message>
        <source>This holds once the engine is started again.</source>
        <translation>Das gilt, sobald die Engine neu gestartet ist.</translation>
    </message>
    <message>
        <source>The engine was started elsewhere: this is for one that this window starts.</source>
        <translation>Die Engine wurde anderswo gestartet: dies ist für eine, die dieses Fenster startet.</translation>
    </message>
    <message>
        <source>Of &amp;each body</source>
        <translation>&amp;Je Inhalt</translation>
    </message>
    <message>
        <source>E&amp;xchanges</source>
        <translation>&amp;Austausche</translation>
    </message>
    <message>
        <source>Record &amp;bodies too; else heads alone</source>
        <translation>Auch &amp;Inhalte aufzeichnen, sonst nur Köpfe</translation>
    </message>
    <message>
        <source> MB</source>
        <translation> MB</translation>
    </message>
    <message>
        <source>The rest of a longer one passes unrecorded. The window shows the first 256 MB, a saved session has the first 64 MB</source>
        <translation>Der Rest eines längeren wird nicht aufgezeichnet. Das Fenster zeigt die ersten 256 MB, eine gespeicherte Sitzung enthält die ersten 64 MB</translation>
    </message>
    <message>
        <source>When one of the last three is passed, the oldest exchanges are given up.</source>
        <translation>Wird eine der letzten drei überschritten, fallen die ältesten Austausche weg.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::Knob</name>
    <message>
        <source>&quot;%1&quot; is not understood; for example: %2</source>
        <translation>„%1“ ist nicht zu verstehen; zum Beispiel: %2</translation>
    </message>
    <message>
        <source>%1. Can be typed: %2</source>
        <translation>%1. Einzutippen: %2</translation>
    </message>
    <message>
        <source>different</source>
        <translation>verschieden</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ListenersPage</name>
    <message>
        <source>Where the engine &amp;listens, one a line:</source>
        <translation>Wo die Engine &amp;wartet, eins je Zeile:</translation>
    </message>
    <message>
        <source>Listeners</source>
        <translation>Zugänge</translation>
    </message>
    <message>
        <source>Restart the engine &amp;now</source>
        <translation>Engine &amp;jetzt neu starten</translation>
    </message>
    <message>
        <source>Open connections end; the history stays</source>
        <translation>Offene Verbindungen enden; der Verlauf bleibt</translation>
    </message>
    <message>
        <source>The engine listens there when it is started.</source>
        <translation>Die Engine wartet dort, wenn sie gestartet wird.</translation>
    </message>
    <message>
        <source>Now it listens on %1.</source>
        <translation>Jetzt wartet sie auf %1.</translation>
    </message>
    <message>
        <source>That engine was started elsewhere: the list is for one that this window starts.</source>
        <translation>Diese Engine wurde anderswo gestartet: die Liste ist für eine, die dieses Fenster startet.</translation>
    </message>
    <message>
        <source>The list holds once it is started again.</source>
        <translation>Die Liste gilt, sobald sie neu gestartet ist.</translation>
    </message>
    <message>
        <source>regular@ADDRESS:PORT, socks5@ADDRESS:PORT, or reverse:http://HOST:PORT@ADDRESS:PORT
Empty: regular@127.0.0.1:8080. Port 0 is any free one. An address that is not of
this machine alone, such as 0.0.0.0, lets others in.</source>
        <translation>regular@ADRESSE:PORT, socks5@ADRESSE:PORT oder reverse:http://HOST:PORT@ADRESSE:PORT
Leer: regular@127.0.0.1:8080. Port 0 ist irgendein freier. Eine Adresse, die nicht
nur zu diesem Rechner gehört, etwa 0.0.0.0, lässt andere herein.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::MainWindow</name>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Columns</source>
        <translation>&amp;Spalten</translation>
    </message>
    <message>
        <source>&amp;Go</source>
        <translation>&amp;Gehe zu</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>Aktionen</translation>
    </message>
    <message>
        <source>Command copied</source>
        <translation>Befehl kopiert</translation>
    </message>
    <message>
        <source>About Sluice</source>
        <translation>Über Sluice</translation>
    </message>
    <message>
        <source>Sluice %1

A debugging proxy for developers&apos; own machines.
MIT licence.</source>
        <translation>Sluice %1

Ein Debugging-Proxy für die eigenen Rechner von Entwicklern.
MIT-Lizenz.</translation>
    </message>
    <message>
        <source>Throttle</source>
        <translation>Drosseln</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>En&amp;gine</source>
        <translation>&amp;Engine</translation>
    </message>
    <message>
        <source>&amp;Earlier sessions</source>
        <translation>&amp;Frühere Sitzungen</translation>
    </message>
    <message>
        <source>Sluice: session since %1</source>
        <translation>Sluice: Sitzung seit %1</translation>
    </message>
    <message>
        <source>Sluice: session until %1</source>
        <translation>Sluice: Sitzung bis %1</translation>
    </message>
    <message>
        <source>Sluice: session from %1 to %2</source>
        <translation>Sluice: Sitzung von %1 bis %2</translation>
    </message>
    <message>
        <source>Since %1</source>
        <translation>Seit %1</translation>
    </message>
    <message>
        <source>Until %1</source>
        <translation>Bis %1</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>&amp;Mark</source>
        <translation>&amp;Markieren</translation>
    </message>
    <message>
        <source>Type a filter first</source>
        <translation>Erst einen Filter eingeben</translation>
    </message>
    <message>
        <source>No engine is running</source>
        <translation>Es läuft keine Engine</translation>
    </message>
    <message>
        <source>The engine belongs to another program</source>
        <translation>Die Engine gehört einem anderen Programm</translation>
    </message>
    <message>
        <source>Choose an exchange in the table first</source>
        <translation>Erst einen Austausch in der Tabelle auswählen</translation>
    </message>
    <message>
        <source>No exchange is shown that could be written</source>
        <translation>Es ist kein Austausch zu sehen, der geschrieben werden könnte</translation>
    </message>
    <message>
        <source>Show the exchanges of this session alone</source>
        <translation>Nur die Austausche dieser Sitzung zeigen</translation>
    </message>
    <message>
        <source>No session was begun: the history cannot be read: %1</source>
        <translation>Keine Sitzung begonnen: Der Verlauf lässt sich nicht lesen: %1</translation>
    </message>
    <message>
        <source>More actions</source>
        <translation>Weitere Aktionen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::MessagePage</name>
    <message>
        <source>Request body</source>
        <translation>Inhalt der Anfrage</translation>
    </message>
    <message>
        <source>Response body</source>
        <translation>Inhalt der Antwort</translation>
    </message>
    <message>
        <source>Parts of the request head</source>
        <translation>Teile des Kopfes der Anfrage</translation>
    </message>
    <message>
        <source>Parts of the response head</source>
        <translation>Teile des Kopfes der Antwort</translation>
    </message>
    <message>
        <source>Request head</source>
        <translation>Kopf der Anfrage</translation>
    </message>
    <message>
        <source>Response head</source>
        <translation>Kopf der Antwort</translation>
    </message>
    <message>
        <source>Request headers</source>
        <translation>Felder der Anfrage</translation>
    </message>
    <message>
        <source>Response headers</source>
        <translation>Felder der Antwort</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>Abfrage</translation>
    </message>
    <message>
        <source>Request cookies</source>
        <translation>Cookies der Anfrage</translation>
    </message>
    <message>
        <source>Response cookies</source>
        <translation>Cookies der Antwort</translation>
    </message>
    <message>
        <source>trailer</source>
        <translation>Anhang</translation>
    </message>
    <message>
        <source>Headers %L1</source>
        <translation>Felder %L1</translation>
    </message>
    <message>
        <source>Query %L1</source>
        <translation>Abfrage %L1</translation>
    </message>
    <message>
        <source>Cookies %L1</source>
        <translation>Cookies %L1</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>Roh</translation>
    </message>
</context>
<context>
    <name>sluice::gui::PairTable</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Copy &amp;value</source>
        <translation>&amp;Wert kopieren</translation>
    </message>
    <message>
        <source>&amp;Copy name and value</source>
        <translation>Name und Wert &amp;kopieren</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>&amp;Save part</source>
        <translation>Teil &amp;speichern</translation>
    </message>
</context>
<context>
    <name>sluice::gui::PhaseChart</name>
    <message>
        <source>Timing</source>
        <translation>Zeiten</translation>
    </message>
</context>
<context>
    <name>sluice::gui::PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Listeners</source>
        <translation>Zugänge</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>Decryption</source>
        <translation>Entschlüsselung</translation>
    </message>
    <message>
        <source>Keyboard</source>
        <translation>Tastatur</translation>
    </message>
    <message>
        <source>&amp;Colors</source>
        <translation>&amp;Farben</translation>
    </message>
    <message>
        <source>&amp;Rows</source>
        <translation>&amp;Zeilen</translation>
    </message>
    <message>
        <source>Comfortable</source>
        <translation>Bequem</translation>
    </message>
    <message>
        <source>Compact</source>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>The window speaks it from its next start on.</source>
        <translation>Das Fenster spricht sie ab seinem nächsten Start.</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ProfilePicker</name>
    <message>
        <source>No throttling</source>
        <translation>Ohne Drosselung</translation>
    </message>
    <message>
        <source>Own numbers</source>
        <translation>Eigene Werte</translation>
    </message>
    <message>
        <source>No server can be reached</source>
        <translation>Kein Server ist erreichbar</translation>
    </message>
    <message>
        <source>Everything passes at full speed</source>
        <translation>Alles geht mit voller Geschwindigkeit durch</translation>
    </message>
    <message>
        <source>↓ %1   ↑ %2   %3 round trip</source>
        <translation>↓ %1   ↑ %2   %3 hin und zurück</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>Own profiles</source>
        <translation>Eigene Profile</translation>
    </message>
</context>
<context>
    <name>sluice::gui::RecordingWatch</name>
    <message>
        <source>The disk is full. Traffic goes on; what passes now may not be recorded.</source>
        <translation>Der Datenträger ist voll. Der Verkehr läuft weiter; was jetzt durchgeht, wird vielleicht nicht aufgezeichnet.</translation>
    </message>
    <message>
        <source>Another program has locked the history. Traffic goes on; recording waits and resumes by itself.</source>
        <translation>Ein anderes Programm hat den Verlauf gesperrt. Der Verkehr läuft weiter; die Aufzeichnung wartet und geht von selbst weiter.</translation>
    </message>
    <message>
        <source>Recording is paused. Traffic goes on; recording resumes by itself once this is over.</source>
        <translation>Die Aufzeichnung pausiert. Der Verkehr läuft weiter; die Aufzeichnung geht von selbst weiter, sobald das vorbei ist.</translation>
    </message>
    <message>
        <source>The engine could not read everything at its start. What it left out is kept.</source>
        <translation>Die Engine konnte beim Start nicht alles lesen. Was sie ausgelassen hat, bleibt erhalten.</translation>
    </message>
    <message>
        <source>The disk is slower than the traffic, which did not wait for it: the ends of some bodies were not kept.</source>
        <translation>Die Festplatte ist langsamer als der Datenverkehr, der nicht auf sie gewartet hat: Von einigen Inhalten fehlt das Ende.</translation>
    </message>
    <message>
        <source>What was kept is shown, with the true size of the whole. Less of each body, or heads alone, keeps up more easily.</source>
        <translation>Was behalten wurde, ist zu sehen, mit der wahren Größe des Ganzen. Wer von jedem Inhalt weniger oder nur die Köpfe aufzeichnet, kommt leichter nach.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SearchBar</name>
    <message>
        <source>Find in this text</source>
        <translation>In diesem Text suchen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SelfTestView</name>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>&amp;Measure it</source>
        <translation>&amp;Nachmessen</translation>
    </message>
    <message>
        <source>Send bytes through the proxy to this machine and back for some seconds, and compare</source>
        <translation>Einige Sekunden lang Bytes durch den Proxy zu diesem Rechner und zurück schicken, und vergleichen</translation>
    </message>
    <message>
        <source>asked</source>
        <translation>verlangt</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>gemessen</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Herunterladen</translation>
    </message>
    <message>
        <source>Upload</source>
        <translation>Hochladen</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>Hin und zurück</translation>
    </message>
    <message>
        <source>Jitter</source>
        <translation>Schwankung</translation>
    </message>
    <message>
        <source>Measuring: some seconds for each direction…</source>
        <translation>Es wird gemessen: einige Sekunden je Richtung …</translation>
    </message>
    <message>
        <source>unlimited</source>
        <translation>unbegrenzt</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>±%1</source>
        <translation>±%1</translation>
    </message>
    <message>
        <source>Measured: %1</source>
        <translation>Gemessen: %1</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SessionFiles</name>
    <message>
        <source>Save what is shown as a session</source>
        <translation>Das Gezeigte als Sitzung speichern</translation>
    </message>
    <message>
        <source>Sessions (*.sluice)</source>
        <translation>Sitzungen (*.sluice)</translation>
    </message>
    <message>
        <source>Export what is shown as HAR</source>
        <translation>Das Gezeigte als HAR ausgeben</translation>
    </message>
    <message>
        <source>HAR (*.har)</source>
        <translation>HAR (*.har)</translation>
    </message>
    <message>
        <source>Open a session or a HAR</source>
        <translation>Eine Sitzung oder ein HAR öffnen</translation>
    </message>
    <message>
        <source>Sessions and HAR files (*.sluice *.har);;All files (*)</source>
        <translation>Sitzungen und HAR-Dateien (*.sluice *.har);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Nothing was saved</source>
        <translation>Nichts wurde gespeichert</translation>
    </message>
    <message>
        <source>%1 was not saved: %2</source>
        <translation>%1 wurde nicht gespeichert: %2</translation>
    </message>
    <message>
        <source>%L1 exchanges saved to %2</source>
        <translation>%L1 Austausche in %2 gespeichert</translation>
    </message>
    <message>
        <source>%L1 exchanges saved to %2; %L3 that still run left out</source>
        <translation>%L1 Austausche in %2 gespeichert; %L3, die noch laufen, ausgelassen</translation>
    </message>
    <message>
        <source>Saving %1</source>
        <translation>%1 wird gespeichert</translation>
    </message>
    <message>
        <source>Nothing was exported</source>
        <translation>Nichts wurde ausgegeben</translation>
    </message>
    <message>
        <source>%1 was not written: %2</source>
        <translation>%1 wurde nicht geschrieben: %2</translation>
    </message>
    <message>
        <source>%L1 exchanges written to %2</source>
        <translation>%L1 Austausche in %2 geschrieben</translation>
    </message>
    <message>
        <source>%L1 exchanges written to %2; %L3 that still run or are tunnels left out</source>
        <translation>%L1 Austausche in %2 geschrieben; %L3, die noch laufen oder Tunnel sind, ausgelassen</translation>
    </message>
    <message>
        <source>Writing %1</source>
        <translation>%1 wird geschrieben</translation>
    </message>
    <message>
        <source>%1 cannot be opened: %2</source>
        <translation>%1 lässt sich nicht öffnen: %2</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>%1 wird geöffnet</translation>
    </message>
    <message>
        <source>Nothing was opened</source>
        <translation>Nichts wurde geöffnet</translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation>%1 wird gelesen</translation>
    </message>
    <message>
        <source>%1 is the history that is already shown</source>
        <translation>%1 ist der Verlauf, der schon gezeigt wird</translation>
    </message>
    <message>
        <source>no engine is running</source>
        <translation>keine Engine läuft</translation>
    </message>
    <message>
        <source>Import a HAR into the history</source>
        <translation>HAR in den Verlauf importieren</translation>
    </message>
    <message>
        <source>HAR (*.har);;All files (*)</source>
        <translation>HAR (*.har);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>%1 cannot be imported: no engine is running</source>
        <translation>%1 lässt sich nicht importieren: keine Engine läuft</translation>
    </message>
    <message>
        <source>Importing %1</source>
        <translation>%1 wird importiert</translation>
    </message>
    <message>
        <source>Stopped: %L1 exchanges of %2 are in the history</source>
        <translation>Angehalten: %L1 Austausche aus %2 sind im Verlauf</translation>
    </message>
    <message>
        <source>%1 was not imported to its end: %2</source>
        <translation>%1 wurde nicht bis zum Ende importiert: %2</translation>
    </message>
    <message>
        <source>%L1 exchanges before that are in the history.</source>
        <translation>%L1 Austausche davor sind im Verlauf.</translation>
    </message>
    <message>
        <source>%L1 exchanges of %2 imported</source>
        <translation>%L1 Austausche aus %2 importiert</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SessionWindow</name>
    <message>
        <source>%1 (read only)</source>
        <translation>%1 (nur lesen)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Export as HAR</source>
        <translation>Als HAR &amp;ausgeben</translation>
    </message>
    <message>
        <source>Write what is shown to a HAR file</source>
        <translation>Das Gezeigte in eine HAR-Datei schreiben</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>Close this window</source>
        <translation>Dieses Fenster schließen</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Filter</source>
        <translation>&amp;Filter</translation>
    </message>
    <message>
        <source>Go to the filter: show only exchanges that match</source>
        <translation>Zum Filter: nur passende Austausche zeigen</translation>
    </message>
    <message>
        <source>&amp;Find in body</source>
        <translation>Im Im &amp;Body suchenamp;Inhalt suchen</translation>
    </message>
    <message>
        <source>Look for a text in the body that is shown</source>
        <translation>Im gezeigten Inhalt nach einem Text suchen</translation>
    </message>
    <message>
        <source>&amp;Copy URL</source>
        <translation>URL &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy the URLs of the selected exchanges, one a line</source>
        <translation>Die URLs der ausgewählten Austausche kopieren, eine je Zeile</translation>
    </message>
    <message>
        <source>Copy as c&amp;URL</source>
        <translation>Als c&amp;URL kopieren</translation>
    </message>
    <message>
        <source>&amp;Save response body</source>
        <translation>Inhalt der Antwort &amp;speichern</translation>
    </message>
    <message>
        <source>1 exchange, read only</source>
        <translation>1 Austausch, nur lesen</translation>
    </message>
    <message>
        <source>%L1 exchanges, read only</source>
        <translation>%L1 Austausche, nur lesen</translation>
    </message>
    <message>
        <source>Copy the requests of the selected exchanges as commands that send them again</source>
        <translation>Die Anfragen der ausgewählten Austausche als Befehle kopieren, die sie erneut senden</translation>
    </message>
    <message>
        <source>Write the bodies of the selected responses to files, unpacked</source>
        <translation>Die Inhalte der ausgewählten Antworten entpackt in Dateien schreiben</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>Inspector on the &amp;right</source>
        <translation>Inspektor &amp;rechts</translation>
    </message>
    <message>
        <source>Put the inspector beside the table instead of below it</source>
        <translation>Den Inspektor neben statt unter die Tabelle setzen</translation>
    </message>
    <message>
        <source>&amp;Columns</source>
        <translation>&amp;Spalten</translation>
    </message>
    <message>
        <source>Show or hide the column %1</source>
        <translation>Die Spalte %1 zeigen oder verbergen</translation>
    </message>
    <message>
        <source>&amp;Usual columns</source>
        <translation>&amp;Übliche Spalten</translation>
    </message>
    <message>
        <source>Show the usual columns in their usual order and width</source>
        <translation>Die üblichen Spalten in üblicher Reihenfolge und Breite zeigen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ShortcutsPage</name>
    <message>
        <source>Search by name or keys</source>
        <translation>Nach Name oder Tasten suchen</translation>
    </message>
    <message>
        <source>Search for an action</source>
        <translation>Nach einer Aktion suchen</translation>
    </message>
    <message>
        <source>Actions and their keys</source>
        <translation>Aktionen und ihre Tasten</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>New keys</source>
        <translation>Neue Tasten</translation>
    </message>
    <message>
        <source>&amp;Usual keys</source>
        <translation>&amp;Übliche Tasten</translation>
    </message>
    <message>
        <source>Give the chosen action the keys that it comes with</source>
        <translation>Der gewählten Aktion die Tasten geben, mit denen sie kommt</translation>
    </message>
    <message>
        <source>N&amp;o keys</source>
        <translation>&amp;Keine Tasten</translation>
    </message>
    <message>
        <source>Take the chosen action&apos;s keys away</source>
        <translation>Der gewählten Aktion die Tasten nehmen</translation>
    </message>
    <message>
        <source>All &amp;as usual</source>
        <translation>Alle wie &amp;üblich</translation>
    </message>
    <message>
        <source>Give every action the keys that it comes with</source>
        <translation>Jeder Aktion die Tasten geben, mit denen sie kommt</translation>
    </message>
    <message>
        <source>&amp;New keys:</source>
        <translation>&amp;Neue Tasten:</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SocketFindBar</name>
    <message>
        <source>Find in all messages</source>
        <translation>In allen Nachrichten suchen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SocketModel</name>
    <message>
        <source>text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>binary</source>
        <translation>binär</translation>
    </message>
    <message>
        <source>close</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>ping</source>
        <translation>Ping</translation>
    </message>
    <message>
        <source>pong</source>
        <translation>Pong</translation>
    </message>
    <message>
        <source>+%1</source>
        <translation>+%1</translation>
    </message>
    <message>
        <source>↑ client</source>
        <translation>↑ Client</translation>
    </message>
    <message>
        <source>↓ server</source>
        <translation>↓ Server</translation>
    </message>
    <message>
        <source>%1, compressed</source>
        <translation>%1, komprimiert</translation>
    </message>
    <message>
        <source>[%1]</source>
        <translation>[%1]</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>Inhalt</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SocketPage</name>
    <message>
        <source>Messages of the WebSocket; choose one to see all of it</source>
        <translation>Nachrichten des WebSockets; wählen Sie eine, um sie ganz zu sehen</translation>
    </message>
    <message>
        <source>Messages of the WebSocket</source>
        <translation>Nachrichten des WebSockets</translation>
    </message>
    <message>
        <source>The whole message</source>
        <translation>Die ganze Nachricht</translation>
    </message>
    <message>
        <source>Messages cannot be read: %1</source>
        <translation>Nachrichten können nicht gelesen werden: %1</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SortMenu</name>
    <message>
        <source>&amp;Sort by</source>
        <translation>&amp;Sortieren nach</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SourceModel</name>
    <message>
        <source>Every exchange that is recorded</source>
        <translation>Jeder Austausch, der aufgezeichnet ist</translation>
    </message>
    <message>
        <source>All exchanges</source>
        <translation>Alle Austausche</translation>
    </message>
    <message>
        <source>Whom clients asked</source>
        <translation>Wen die Clients gefragt haben</translation>
    </message>
    <message>
        <source>Hosts</source>
        <translation>Hosts</translation>
    </message>
    <message>
        <source>Who asked, on this machine</source>
        <translation>Wer gefragt hat, auf diesem Rechner</translation>
    </message>
    <message>
        <source>Programs</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Filters that you kept</source>
        <translation>Filter, die Sie behalten haben</translation>
    </message>
    <message>
        <source>Saved filters</source>
        <translation>Gespeicherte Filter</translation>
    </message>
    <message>
        <source>Session files that were opened or saved lately</source>
        <translation>Sitzungsdateien, die zuletzt geöffnet oder gespeichert wurden</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>%1, %L2 exchanges</source>
        <translation>%1, %L2 Austausche</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SourcesPanel</name>
    <message>
        <source>Sources</source>
        <translation>Quellen</translation>
    </message>
    <message>
        <source>Hosts and programs to look at; with Ctrl several; Escape: all</source>
        <translation>Hosts und Programme, die zu sehen sind; mit Strg mehrere; Escape: alle</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>Aus der Liste nehmen</translation>
    </message>
    <message>
        <source>Show all exchanges</source>
        <translation>Alle Austausche zeigen</translation>
    </message>
</context>
<context>
    <name>sluice::gui::StatusLine</name>
    <message>
        <source>Listening on %1</source>
        <translation>Wartet auf %1</translation>
    </message>
    <message>
        <source>%1 (engine of another program)</source>
        <translation>%1 (Engine eines anderen Programms)</translation>
    </message>
    <message>
        <source>Starting the engine</source>
        <translation>Die Engine startet</translation>
    </message>
    <message>
        <source>Waiting for an engine</source>
        <translation>Wartet auf eine Engine</translation>
    </message>
    <message>
        <source>Stopping the engine</source>
        <translation>Die Engine endet</translation>
    </message>
    <message>
        <source>Engine stopped</source>
        <translation>Engine beendet</translation>
    </message>
    <message>
        <source>Engine not running</source>
        <translation>Engine läuft nicht</translation>
    </message>
    <message>
        <source>Recording off</source>
        <translation>Aufzeichnung aus</translation>
    </message>
    <message>
        <source>Recording paused</source>
        <translation>Aufzeichnung unterbrochen</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Zeichnet auf</translation>
    </message>
    <message>
        <source>Recording, %1 behind</source>
        <translation>Zeichnet auf, %1 Rückstand</translation>
    </message>
    <message>
        <source>How far recording is behind the traffic: %1</source>
        <translation>Wie weit die Aufzeichnung hinter dem Verkehr zurück ist: %1</translation>
    </message>
    <message>
        <source>Bodies not recorded since the start: %1</source>
        <translation>Seit dem Start nicht aufgezeichnete Inhalte: %1</translation>
    </message>
    <message>
        <source>Exchanges not recorded since the start: %L1</source>
        <translation>Seit dem Start nicht aufgezeichnete Austausche: %L1</translation>
    </message>
    <message>
        <source>Exchanges in the history</source>
        <translation>Austausche im Verlauf</translation>
    </message>
    <message>
        <source>Open client connections</source>
        <translation>Offene Verbindungen von Clients</translation>
    </message>
    <message>
        <source>Bytes a second from and to clients</source>
        <translation>Bytes je Sekunde von und zu Clients</translation>
    </message>
    <message>
        <source>Size of the history database</source>
        <translation>Größe der Verlaufsdatenbank</translation>
    </message>
    <message>
        <source>How far recording is behind the traffic</source>
        <translation>Wie weit die Aufzeichnung hinter dem Verkehr zurück ist</translation>
    </message>
    <message>
        <source>1 connection</source>
        <translation>1 Verbindung</translation>
    </message>
    <message>
        <source>%L1 connections</source>
        <translation>%L1 Verbindungen</translation>
    </message>
    <message>
        <source>History %1</source>
        <translation>Verlauf %1</translation>
    </message>
    <message>
        <source>1 exchange</source>
        <translation>1 Austausch</translation>
    </message>
    <message>
        <source>%L1 exchanges</source>
        <translation>%L1 Austausche</translation>
    </message>
    <message>
        <source>%1, %L2 selected</source>
        <translation>%1, %L2 ausgewählt</translation>
    </message>
    <message>
        <source>History: %1</source>
        <translation>Verlauf: %1</translation>
    </message>
    <message>
        <source>Open client connections, served by %L1 worker processes</source>
        <translation>Offene Verbindungen von Clients, bedient von %L1 Arbeitsprozessen</translation>
    </message>
    <message>
        <source>Workers restarted after a crash since the start: %L1</source>
        <translation>Nach einem Absturz neu gestartete Arbeitsprozesse seit dem Start: %L1</translation>
    </message>
    <message>
        <source>Shared memory to the recorder: %L1 of %L2 chunks in use, %L3 messages queued</source>
        <translation>Gemeinsamer Speicher zur Aufzeichnung: %L1 von %L2 Blöcken belegt, %L3 Nachrichten warten</translation>
    </message>
    <message>
        <source>Chunks ran out: %L1 times</source>
        <translation>Die Blöcke gingen aus: %L1-mal</translation>
    </message>
    <message>
        <source>Recording, bodies cut</source>
        <translation>Aufzeichnung, Inhalte gekürzt</translation>
    </message>
    <message>
        <source>Bodies whose end was not kept, because the disk was slower than the traffic: %L1</source>
        <translation>Inhalte, deren Ende fehlt, weil die Festplatte langsamer war als der Datenverkehr: %L1</translation>
    </message>
    <message>
        <source>Traffic did not wait for it. The preferences can keep less of each body.</source>
        <translation>Der Datenverkehr hat nicht auf sie gewartet. In den Einstellungen lässt sich weniger von jedem Inhalt behalten.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::SystemProxySwitch</name>
    <message>
        <source>The system&apos;s proxy settings: %1</source>
        <translation>Die Proxy-Einstellungen des Systems: %1</translation>
    </message>
    <message>
        <source>The programs of this system go through Sluice, until it is turned off or Sluice ends</source>
        <translation>Die Programme dieses Systems laufen durch Sluice, bis es ausgeschaltet wird oder Sluice endet</translation>
    </message>
    <message>
        <source>The system&apos;s proxy settings are as they were</source>
        <translation>Die Proxy-Einstellungen des Systems sind, wie sie waren</translation>
    </message>
</context>
<context>
    <name>sluice::gui::TextView</name>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>&amp;Find</source>
        <translation>&amp;Suchen</translation>
    </message>
    <message>
        <source>Fold all</source>
        <translation>Alles einklappen</translation>
    </message>
    <message>
        <source>Unfold all</source>
        <translation>Alles ausklappen</translation>
    </message>
    <message>
        <source>Only the first %L1 characters were copied</source>
        <translation>Nur die ersten %L1 Zeichen wurden kopiert</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ThrottleDock</name>
    <message>
        <source>Host %1</source>
        <translation>Host %1</translation>
    </message>
    <message>
        <source>Listener %1</source>
        <translation>Zugang %1</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Throttle</source>
        <translation>Drosseln</translation>
    </message>
    <message>
        <source>&amp;Download</source>
        <translation>&amp;Herunterladen</translation>
    </message>
    <message>
        <source>Bytes towards the client, of all connections together</source>
        <translation>Bytes zum Client, alle Verbindungen zusammen</translation>
    </message>
    <message>
        <source>&amp;Upload</source>
        <translation>H&amp;ochladen</translation>
    </message>
    <message>
        <source>Bytes from the client, of all connections together</source>
        <translation>Bytes vom Client, alle Verbindungen zusammen</translation>
    </message>
    <message>
        <source>&amp;Latency</source>
        <translation>&amp;Latenz</translation>
    </message>
    <message>
        <source>Added to every round trip, half of it each way</source>
        <translation>Kommt zu jedem Hin und Zurück dazu, je Richtung die Hälfte</translation>
    </message>
    <message>
        <source>&amp;Jitter</source>
        <translation>S&amp;chwankung</translation>
    </message>
    <message>
        <source>How much earlier or later each piece may come, each way</source>
        <translation>Um wie viel jedes Stück früher oder später kommen darf, je Richtung</translation>
    </message>
    <message>
        <source>L&amp;oss</source>
        <translation>&amp;Verlust</translation>
    </message>
    <message>
        <source>Share of packets lost: seen as stalls, and as the rate that TCP still reaches</source>
        <translation>Anteil verlorener Pakete: zu sehen als Stocken und als die Rate, die TCP noch erreicht</translation>
    </message>
    <message>
        <source>Self-test</source>
        <translation>Selbsttest</translation>
    </message>
    <message>
        <source>What is slowed down</source>
        <translation>Was verlangsamt wird</translation>
    </message>
    <message>
        <source>Everything, or single hosts and listeners that have a profile of their own</source>
        <translation>Alles, oder einzelne Hosts und Zugänge mit einem eigenen Profil</translation>
    </message>
    <message>
        <source>Take its own profile away: it is as everything again</source>
        <translation>Das eigene Profil wegnehmen: es gilt wieder, was für alles gilt</translation>
    </message>
    <message>
        <source>Save or delete a profile of your own</source>
        <translation>Ein eigenes Profil speichern oder löschen</translation>
    </message>
    <message>
        <source>&amp;Each connection</source>
        <translation>&amp;Jede Verbindung</translation>
    </message>
    <message>
        <source>A limit for every connection alone, each way</source>
        <translation>Eine Grenze für jede Verbindung allein, je Richtung</translation>
    </message>
    <message>
        <source>Broken &amp;connections</source>
        <translation>Abgebrochene Ver&amp;bindungen</translation>
    </message>
    <message>
        <source>How often a connection is closed at random</source>
        <translation>Wie oft eine Verbindung zufällig geschlossen wird</translation>
    </message>
    <message>
        <source>Servers that are faster than the link</source>
        <translation>Server, die schneller sind als die Leitung</translation>
    </message>
    <message>
        <source>Fast servers are held back</source>
        <translation>Schnelle Server werden gebremst</translation>
    </message>
    <message>
        <source>Fast servers fill a file</source>
        <translation>Schnelle Server füllen eine Datei</translation>
    </message>
    <message>
        <source>The server is slowed down as well: it sees the slow link</source>
        <translation>Auch der Server wird langsamer: er sieht die langsame Leitung</translation>
    </message>
    <message>
        <source>The server is read at full speed, and what is too much waits in a file</source>
        <translation>Der Server wird mit voller Geschwindigkeit gelesen, und was zu viel ist, wartet in einer Datei</translation>
    </message>
    <message>
        <source>O&amp;ffline: no server can be reached</source>
        <translation>O&amp;ffline: kein Server ist erreichbar</translation>
    </message>
    <message>
        <source>Numbers of %1</source>
        <translation>Werte von %1</translation>
    </message>
    <message>
        <source>Add a host…</source>
        <translation>Einen Host hinzufügen …</translation>
    </message>
    <message>
        <source>Add listener %1</source>
        <translation>Zugang %1 hinzufügen</translation>
    </message>
    <message>
        <source>Slow a host down</source>
        <translation>Einen Host verlangsamen</translation>
    </message>
    <message>
        <source>Host, with * for any run of characters; with :PORT for that port alone.
The first that matches wins.</source>
        <translation>Host, mit * für beliebige Zeichen; mit :PORT nur für diesen Port.
Der erste, der passt, gilt.</translation>
    </message>
    <message>
        <source>&amp;Save as…</source>
        <translation>&amp;Speichern als …</translation>
    </message>
    <message>
        <source>&amp;Delete &quot;%1&quot;</source>
        <translation>„%1“ &amp;löschen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>Save profile</source>
        <translation>Profil speichern</translation>
    </message>
    <message>
        <source>Name of the profile. One of your own with that name is replaced.</source>
        <translation>Name des Profils. Ein eigenes mit diesem Namen wird ersetzt.</translation>
    </message>
    <message>
        <source>Hide the throttle dock</source>
        <translation>Die Drosselleiste ausblenden</translation>
    </message>
    <message>
        <source>Not saved as a profile</source>
        <translation>Nicht als Profil gespeichert</translation>
    </message>
    <message>
        <source>&amp;Rename…</source>
        <translation>&amp;Umbenennen …</translation>
    </message>
    <message>
        <source>Network profiles (*.json)</source>
        <translation>Netzprofile (*.json)</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren …</translation>
    </message>
    <message>
        <source>Export profile</source>
        <translation>Profil exportieren</translation>
    </message>
    <message>
        <source>&amp;Import…</source>
        <translation>&amp;Importieren …</translation>
    </message>
    <message>
        <source>Import profile</source>
        <translation>Profil importieren</translation>
    </message>
    <message>
        <source>Rename profile</source>
        <translation>Profil umbenennen</translation>
    </message>
    <message>
        <source>Written to %1</source>
        <translation>Nach %1 geschrieben</translation>
    </message>
    <message>
        <source>%1 could not be written: %2</source>
        <translation>%1 ließ sich nicht schreiben: %2</translation>
    </message>
    <message>
        <source>%1 could not be read: %2</source>
        <translation>%1 ließ sich nicht lesen: %2</translation>
    </message>
    <message>
        <source>%1 holds no network profile: %2</source>
        <translation>%1 enthält kein Netzprofil: %2</translation>
    </message>
    <message>
        <source>Keep these values as a profile of your own</source>
        <translation>Diese Werte als eigenes Profil behalten</translation>
    </message>
    <message>
        <source>Only profiles of your own can be renamed and deleted</source>
        <translation>Nur eigene Profile können umbenannt und gelöscht werden</translation>
    </message>
    <message>
        <source>Give this profile of your own another name</source>
        <translation>Diesem eigenen Profil einen anderen Namen geben</translation>
    </message>
    <message>
        <source>Delete this profile of your own; what it slows down goes on as it is</source>
        <translation>Dieses eigene Profil löschen; was es bremst, bleibt wie es ist</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ThrottleState</name>
    <message>
        <source>The engine has ended.</source>
        <translation>Die Engine ist beendet.</translation>
    </message>
</context>
<context>
    <name>sluice::gui::ThroughputChart</name>
    <message>
        <source>Throughput</source>
        <translation>Durchsatz</translation>
    </message>
</context>
<context>
    <name>std</name>
    <message>
        <source>No request head was read.</source>
        <translation>Es wurde kein Kopf einer Anfrage gelesen.</translation>
    </message>
    <message>
        <source>A tunnel carries bytes that are not looked into: it has no response.</source>
        <translation>Ein Tunnel trägt Bytes, in die niemand hineinsieht: Er hat keine Antwort.</translation>
    </message>
    <message>
        <source>Waiting for the response.</source>
        <translation>Wartet auf die Antwort.</translation>
    </message>
    <message>
        <source>No response came.</source>
        <translation>Es kam keine Antwort.</translation>
    </message>
</context>
</TS>
