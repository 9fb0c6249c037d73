"""Writes assets/labels/tags.json: which classes of AudioSet and of ImageNet stand for the classes of AVE and LLP.

    python3 tests/peers/tag_classes.py /usr/share/wordnet/data.noun > assets/labels/tags.json

Each row below was chosen by hand: AudioSet's classes as they stand (its ontology's children where they are the same thing), and
WordNet's nouns, of which everything below in WordNet's tree (3.0, Debian's `wordnet-base`) is meant as far as ImageNet has it,
without the branches after "without". A noun is named by its words and, where several have the same, by a word of its gloss.
"""

import json
import sys
from pathlib import Path

LABELS = Path(__file__).parents[2] / "assets" / "labels"

DOG = ["dog, domestic dog, Canis familiaris"]
CAT = ["cat, true cat"]
MAN = ["man, adult male"]
WOMAN = ["woman, adult female"]
BABY = ["baby, babe, infant"]
GUITAR = ["guitar"]
NO_GUITAR = ["electric guitar", "bass guitar", "uke, ukulele", "cittern, cithern, cither, citole, gittern"]
MOTORCYCLE = ["motorcycle, bike", "motor scooter, scooter", "moped"]
HELICOPTER = ["helicopter, chopper, whirlybird, eggbeater"]
PAN = ["frying pan, frypan, skillet", "wok", "griddle"]
CHICKEN_HEARD = ["Chicken, rooster", "Cluck", "Crowing, cock-a-doodle-doo"]
CAT_HEARD = ["Cat", "Purr", "Meow", "Caterwaul"]
SINGING = ["Singing", "Choir", "Yodeling", "Chant", "Mantra", "Male singing", "Female singing", "Child singing",
           "Synthetic singing", "Rapping", "Humming"]

# class: (AudioSet's classes, WordNet's nouns, without these branches)
ROWS = {
    # AVE
    "Church bell": (["Church bell", "Change ringing (campanology)"],
                    ["church bell", "bell tower", "bell cote, bell cot", "bell", "campanile, belfry", "carillon"],
                    ["doorbell, bell, buzzer", "cowbell", "electric bell", "dinner bell", "school bell", "sheep bell", "shop bell", "sleigh bell, cascabel", "death knell, death bell"]),
    "Male speech, man speaking": (["Male speech, man speaking"], MAN, []),
    "Bark": (["Bark", "Dog", "Yip", "Bow-wow"], DOG, []),
    "Fixed-wing aircraft, airplane": (["Fixed-wing aircraft, airplane", "Aircraft engine", "Jet engine",
                                       "Propeller, airscrew"], ["airplane, aeroplane, plane"], []),
    "Race car, auto racing": (["Race car, auto racing"], ["racer, race car, racing car"], []),
    "Female speech, woman speaking": (["Female speech, woman speaking"], WOMAN, []),
    "Helicopter": (["Helicopter"], HELICOPTER, []),
    "Violin, fiddle": (["Violin, fiddle", "Pizzicato"], ["violin, fiddle"], []),
    "Flute": (["Flute"], ["flute, transverse flute"], []),
    "Ukulele": (["Ukulele"], ["uke, ukulele"], []),
    "Frying (food)": (["Frying (food)", "Sizzle"], PAN, []),
    "Truck": (["Truck", "Air brake", "Air horn, truck horn", "Reversing beeps", "Ice cream truck, ice cream van"],
              ["truck, motortruck"], []),
    "Shofar": (["Shofar"], ["shofar, shophar"], []),
    "Motorcycle": (["Motorcycle"], MOTORCYCLE, []),
    "Acoustic guitar": (["Acoustic guitar", "Strum"], GUITAR, NO_GUITAR),
    "Train horn": (["Train horn", "Train whistle"],
                   ["train, railroad train", "locomotive, engine, locomotive engine, railway locomotive"], []),
    "Clock": (["Clock", "Tick", "Tick-tock"], ["clock"], []),
    "Banjo": (["Banjo"], ["banjo"], []),
    "Goat": (["Goat", "Bleat"], ["goat, caprine animal"], []),
    "Baby cry, infant cry": (["Baby cry, infant cry"], BABY, []),
    "Bus": (["Bus"], ["bus, autobus, coach, charabanc, double-decker, jitney, motorbus, motorcoach, omnibus, passenger vehicle"],
            []),
    "Chainsaw": (["Chainsaw"], ["chain saw, chainsaw"], []),
    "Cat": (CAT_HEARD, CAT, ["wildcat"]),
    "Horse": (["Horse", "Clip-clop", "Neigh, whinny"], ["horse, Equus caballus"], []),
    "Toilet flush": (["Toilet flush"], ["toilet seat", "flush toilet, lavatory", "toilet, can, commode, crapper, pot, potty, stool, throne"], []),
    "Rodents, rats, mice": (["Rodents, rats, mice", "Mouse", "Patter"], ["rodent, gnawer"], []),
    "Accordion": (["Accordion"], ["accordion, piano accordion, squeeze box", "concertina"], []),
    "Mandolin": (["Mandolin"], ["mandolin"], []),
    # LLP
    "Speech": (["Speech", "Male speech, man speaking", "Female speech, woman speaking", "Child speech, kid speaking",
                "Conversation", "Narration, monologue"],
               [*MAN, *WOMAN, "child, kid, youngster, minor, shaver, nipper, small fry, tiddler, tike, tyke, fry, nestling",
                "speaker, talker, utterer, verbalizer, verbaliser"], []),
    "Car": (["Car", "Vehicle horn, car horn, honking", "Car alarm", "Skidding", "Tire squeal", "Car passing by",
             "Race car, auto racing"], ["car, auto, automobile, machine, motorcar"], []),
    "Cheering": (["Cheering"], ["cheerleader", "spectator, witness, viewer, watcher, looker"], []),
    "Dog": (["Dog", "Bark", "Yip", "Howl", "Bow-wow", "Growling", "Whimper (dog)"], DOG, []),
    "Frying_(food)": (["Frying (food)", "Sizzle"], PAN, []),
    "Basketball_bounce": (["Basketball bounce"], ["basketball", "basketball player, basketeer, cager", "basketball court"], []),
    "Fire_alarm": (["Fire alarm", "Smoke detector, smoke alarm"], ["fire alarm, smoke alarm"], []),
    "Cello": (["Cello"], ["cello, violoncello"], []),
    "Singing": (SINGING, ["singer, vocalist, vocalizer, vocaliser"], []),
    "Chicken_rooster": (CHICKEN_HEARD, ["chicken, Gallus gallus", "cock, rooster", "hen, biddy", "cock", "hen"], []),
    "Violin_fiddle": (["Violin, fiddle", "Pizzicato"], ["violin, fiddle"], []),
    "Vacuum_cleaner": (["Vacuum cleaner"], ["vacuum, vacuum cleaner"], []),
    "Baby_laughter": (["Baby laughter"], BABY, []),
    "Lawn_mower": (["Lawn mower"], ["lawn mower, mower"], []),
    "Acoustic_guitar": (["Acoustic guitar", "Strum"], GUITAR, NO_GUITAR),
    "Telephone_bell_ringing": (["Telephone bell ringing", "Ringtone"], ["telephone, phone, telephone set"], []),
    "Baby_cry_infant_cry": (["Baby cry, infant cry"], BABY, []),
    "Blender": (["Blender"], ["blender, liquidizer, liquidiser"], []),
    "Clapping": (["Clapping", "Applause"], ["clapper, applauder"], []),
}
# Of several nouns with the same words: a part of the gloss of the one that is meant.
GLOSSES = {"bell": "hollow device", "concertina": "free-reed", "cheerleader": "leads the cheers", "cock": "adult male bird",
           "hen": "adult female bird"}
# Names that several nouns share, all of which are meant.
ALL_MEANT = {"cheerleader", "hen"}


def nouns(path):
    """Every noun's words, gloss and what lies directly below it, by its place in the file."""
    found, below = {}, {}
    for line in open(path, encoding="utf-8"):
        if line.startswith("  "):
            continue
        facts, gloss = line.split(" | ", 1)
        fields = facts.split()
        place, count = fields[0], int(fields[3], 16)
        words = [fields[4 + 2 * i].replace("_", " ") for i in range(count)]
        pointers = fields[5 + 2 * count:]
        found[place] = (", ".join(words), gloss)
        for symbol, target, kind in zip(pointers, pointers[1:], pointers[2:]):
            if symbol == "@" and kind == "n":
                below.setdefault(target, []).append(place)
    return found, below


def main():
    found, below = nouns(sys.argv[1])
    lines = {name: (LABELS / name).read_text().splitlines() for name in ["imagenet-1k.txt", "imagenet-21k.txt"]}
    known = set(lines["imagenet-1k.txt"]) | set(lines["imagenet-21k.txt"])
    sounds = set((LABELS / "audioset-527.txt").read_text().splitlines())
    by_words = {}
    for place, (words, _) in found.items():
        by_words.setdefault(words, []).append(place)

    def meant(words):
        places = by_words.get(words, [])
        if len(places) > 1:
            places = [p for p in places if GLOSSES[words] in found[p][1]]
        assert len(places) == 1, f"{words!r}: {[found[p] for p in by_words.get(words, [])]}"
        return places[0]

    def under(place, left_out):
        if place in left_out:
            return
        yield place
        for child in below.get(place, []):
            yield from under(child, left_out)

    table = {}
    for name, (heard, roots, without) in ROWS.items():
        assert set(heard) <= sounds, f"{name}: {set(heard) - sounds}"
        left_out = {meant(words) for words in without}
        places = [p for root in roots for p in under(meant(root), left_out)]
        words = dict.fromkeys(found[p][0] for p in places)
        # A name that another noun of ImageNet shares would bring that one along.
        shared = {w for w in words if lines["imagenet-21k.txt"].count(w) > 1} - ALL_MEANT
        seen = [w for w in words if w in known and w not in shared]
        table[name] = {"heard": heard, "seen": seen}
        print(f"{name}: {len(seen)} of {len(words)}, shared and left out: {sorted(shared & known)}", file=sys.stderr)
    print(json.dumps(table, indent=1, ensure_ascii=False))


main()
