"""Small scores of our own: a round for four voices in MusicXML, tunes in ABC, notes in MIDI."""

import zipfile

import mido

TUNE = """X:1
T:The Test -- Reel
M:4/4
L:1/8
K:G
DGAB c2d2|fedc B4|
"""


def note(pitch, duration, *, tie="", chord=False):
    """A note of MusicXML: "C#4", "r" for a rest; `tie` is "start", "stop" or both."""
    if pitch == "r":
        what = "<rest/>"
    else:
        alter = "<alter>1</alter>" if "#" in pitch else "<alter>-1</alter>" if "b" in pitch else ""
        what = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave></pitch>"
    ties = "".join(f'<tie type="{kind}"/>' for kind in tie.split())
    return f"<note>{'<chord/>' * chord}{what}<duration>{duration}</duration>{ties}</note>"


def musicxml(parts, *, fifths=0, mode="major", beats=4, title="A piece"):
    """A score: {name of a part: [content of each measure]}; a quarter note lasts 2 divisions."""
    attributes = (
        f"<attributes><divisions>2</divisions><key><fifths>{fifths}</fifths><mode>{mode}</mode>"
        f"</key><time><beats>{beats}</beats><beat-type>4</beat-type></time></attributes>"
    )
    names = "".join(
        f'<score-part id="P{i}"><part-name>{name}</part-name></score-part>'
        for i, name in enumerate(parts)
    )
    music = ""
    for i, measures in enumerate(parts.values()):
        music += f'<part id="P{i}">'
        for number, content in enumerate(measures):
            music += f"<measure>{attributes if number == 0 else ''}{content}</measure>"
        music += "</part>"
    return (
        f"<score-partwise><movement-title>{title}</movement-title>"
        f"<part-list>{names}</part-list>{music}</score-partwise>"
    )


def write_mxl(path, content, *, inside="score.xml"):
    """A zipped score."""
    container = f'<container><rootfiles><rootfile full-path="{inside}"/></rootfiles></container>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr(inside, content)


def write_midi(path, notes, *, tempo=120, key=None, tempo_changes=()):
    """A file with one track: notes are (onset, duration, pitch) in quarter notes, at 480 ticks."""
    events = [(0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))]
    events += [
        (round(480 * at), mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
        for at, bpm in tempo_changes
    ]
    if key:
        events.append((0, mido.MetaMessage("key_signature", key=key)))
    for onset, duration, pitch in notes:
        events.append((round(480 * onset), mido.Message("note_on", note=pitch, velocity=64)))
        events.append((round(480 * (onset + duration)), mido.Message("note_off", note=pitch)))
    events.sort(key=lambda event: (event[0], event[1].type != "note_off"))
    track, now = mido.MidiTrack(), 0
    for tick, message in events:
        track.append(message.copy(time=tick - now))
        now = tick
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)


def table(score):
    """Onset and duration in quarter notes, pitch and voice of every note."""
    return [(a / 480, b / 480, pitch, voice) for a, b, pitch, voice in score.notes.tolist()]
