# Made-up orders with a bit of fraud in them.
#
#   python make_orders.py --rows 2000 --out orders.pt
#
# A row is one order to be judged, with the orders before it, by customer and by card:
#   {"account", "cid": orders, "card": orders, "engineered": [...], "label": 0/1, "amount"}
# and an order is (category ids, numbers, time in seconds), oldest first.
import argparse
import math
import random
import statistics

import torch

# name, number of values. Small here, the real ones have tens of thousands of merchants
FIELDS = [("country", 30), ("device", 60), ("category", 40), ("merchant", 300), ("hour", 24), ("payment", 5)]
DAY = 86400


def offsets():
    """first id of each field; all fields share one table and 0 is padding"""
    table, start = {}, 1
    for name, size in FIELDS:
        table[name] = start
        start += size
    return table


OFFSET = offsets()


class Customer:
    def __init__(self, rng, number):
        self.number = number
        self.country = rng.randrange(30)
        self.devices = [rng.randrange(60) for _ in range(rng.choice([1, 1, 2]))]
        self.categories = rng.sample(range(40), 4)
        self.level = rng.gauss(3.5, 0.6)  # log of a usual amount
        self.hour = rng.randrange(24)
        self.pace = rng.choice([0.5, 2, 7]) * DAY

    def order(self, rng, time):
        hour = (self.hour + round(rng.gauss(0, 3))) % 24
        device, category = rng.choice(self.devices), rng.choice(self.categories)
        return self.build(device, self.country, hour, category, self.level, rng, time)

    def stolen(self, rng, time):
        """somebody else with the same card: new device, often abroad, late, large"""
        country = rng.randrange(30) if rng.random() < 0.6 else self.country
        device, category = rng.randrange(60), rng.randrange(40)
        hour = rng.choice([1, 2, 3, 4])
        return self.build(device, country, hour, category, self.level + 1.2, rng, time)

    def build(self, device, country, hour, category, level, rng, time):
        values = {
            "country": country,
            "device": device,
            "category": category,
            "merchant": category * 7 + rng.randrange(7),
            "hour": hour,
            "payment": rng.randrange(5),
        }
        amount = math.exp(rng.gauss(level, 0.4))
        ids = [OFFSET[name] + values[name] for name, _ in FIELDS]
        items = 1 + min(9, int(rng.expovariate(0.7)))
        numbers = [math.log1p(amount), float(items), math.log1p(amount / items), float(country != self.country)]
        return ids, numbers, time


def history(rng, customer, longest):
    n = min(longest, int(rng.expovariate(1 / (0.6 * longest))))
    time = 0.0
    orders = []
    for _ in range(n):
        time += rng.expovariate(1 / customer.pace)
        orders.append(customer.order(rng, time))
    return orders, time + rng.expovariate(1 / customer.pace)


def engineer(before, newest):
    """What the tree model had. All of it on a scale that a network likes."""
    amounts = [numbers[0] for _, numbers, _ in before] or [newest[1][0]]
    times = [time for _, _, time in before] or [newest[2] - 30 * DAY]
    devices = {ids[1] for ids, _, _ in before}
    countries = {ids[0] for ids, _, _ in before}
    recent = [time for time in times if newest[2] - time < DAY]
    return [
        newest[1][0] - statistics.fmean(amounts),
        newest[1][0] - max(amounts),
        math.log1p(newest[2] - times[-1]) / 10,
        math.log1p(len(before)),
        float(len(recent)),
        float(newest[0][1] not in devices),
        float(newest[0][0] not in countries),
    ]


def simulate_row(rng, number, longest, fraud_share):
    customer = Customer(rng, number)
    before, time = history(rng, customer, longest)
    fraud = rng.random() < fraud_share
    newest = customer.stolen(rng, time) if fraud else customer.order(rng, time)
    # the card is younger than the account, and some were never used
    card = before[rng.randint(0, len(before)) :] if rng.random() < 0.8 else []
    if fraud and rng.random() < 0.5:
        # tried with small amounts first
        card = card + [customer.stolen(rng, time - 600.0 * (i + 1)) for i in reversed(range(2))]
    return {
        "account": number,
        "cid": before + [newest],
        "card": card + [newest] if card else [],
        "engineered": engineer(before, newest),
        "label": int(fraud),
        "amount": math.expm1(newest[1][0]),
    }


def simulate_rows(n, seed, longest=50, fraud_share=0.25):
    rng = random.Random(seed)
    return [simulate_row(rng, number, longest, fraud_share) for number in range(n)]


def summary(rows):
    """what to look at before a training: lengths, amounts and how often a value was never seen before"""
    lines = []
    for label, name in ((0, "good"), (1, "fraud")):
        chosen = [row for row in rows if row["label"] == label]
        if not chosen:
            continue
        lengths = [len(row["cid"]) for row in chosen]
        amount = statistics.median(row["amount"] for row in chosen)
        new_device = statistics.fmean(row["engineered"][5] for row in chosen)
        lines.append(
            "%s: %d rows, %.1f orders each, median amount %.2f, new device %.2f"
            % (name, len(chosen), statistics.fmean(lengths), amount, new_device)
        )
    return lines


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rows", type=int, default=400)
    p.add_argument("--longest", type=int, default=50)
    p.add_argument("--fraud", type=float, default=0.25)
    p.add_argument("--seed", type=int, default=5)
    p.add_argument("--out", default="orders.pt")
    args = p.parse_args()
    rows = simulate_rows(args.rows, args.seed, args.longest, args.fraud)
    torch.save(rows, args.out)
    n_fraud = sum(r["label"] for r in rows)
    n_card = sum(bool(r["card"]) for r in rows)
    print("%d rows, %d fraud, %d with a card" % (len(rows), n_fraud, n_card))
    for line in summary(rows):
        print(line)


if __name__ == "__main__":
    main()
