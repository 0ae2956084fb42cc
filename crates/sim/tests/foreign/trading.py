"""Drives alpaca-py's TradingClient and TradingStream through everything they offer.

Every call is a line of JSON on standard output. A line {"quote": [symbol, bid, ask]} asks whoever started this to set a
price, and waits for the answer.
"""

import json
import os
import sys
import threading
import time
from datetime import date, timedelta

from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import (
    AssetClass, AssetStatus, CorporateActionType, OrderClass, OrderSide, OrderStatus, PositionIntent,
    QueryOrderStatus, TimeInForce,
)
from alpaca.trading.models import AccountConfiguration
from alpaca.trading.requests import (
    ClosePositionRequest, CreateWatchlistRequest, GetAssetsRequest, GetCalendarRequest,
    GetCorporateAnnouncementsRequest, GetOptionContractsRequest, GetOrderByIdRequest, GetOrdersRequest,
    GetPortfolioHistoryRequest, LimitOrderRequest, MarketOrderRequest, OptionLegRequest, ReplaceOrderRequest,
    StopLimitOrderRequest, StopLossRequest, StopOrderRequest, TakeProfitRequest, TrailingStopOrderRequest,
    UpdateWatchlistRequest,
)
from alpaca.trading.stream import TradingStream

PATIENCE = 20
BUY, SELL = OrderSide.BUY, OrderSide.SELL
DAY, GTC, IOC = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC
ENDED = {OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REPLACED, OrderStatus.REJECTED}
client = TradingClient(os.environ["KEY"], os.environ["SECRET"], paper=True, url_override=os.environ["REST"])


def say(**line):
    print(json.dumps(line), flush=True)


def call(name, act, *args, **kwargs):
    """Makes a call and reports how it went; what it gave, or None."""
    try:
        result = act(*args, **kwargs)
    except Exception as why:  # A model that cannot be read is as much a refusal as a status.
        say(call=name, outcome="refused", why=f"{type(why).__name__}: {why}")
        return None
    say(call=name, outcome="ok")
    return result


def expect(name, holds):
    say(call=name, outcome="ok" if holds else "refused", why="" if holds else "not what was expected")


def refusal(name, code, act, *args, **kwargs):
    """A call that must be refused, with a body that the client can read."""
    try:
        act(*args, **kwargs)
    except APIError as why:
        expect(name, why.code == code and why.message != "")
    else:
        expect(name, False)


def quote(symbol, bid, ask):
    say(quote=[symbol, str(bid), str(ask)])
    sys.stdin.readline()


def until(order, *statuses):
    """Waits until an order stands at one of the statuses, at its end if none are given."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = client.get_order_by_id(order.id, GetOrderByIdRequest(nested=True))
        if seen.status in (statuses or ENDED) or time.monotonic() > deadline:
            return seen
        time.sleep(0.02)


def submit(name, request):
    return call(f"submit_order {name}", client.submit_order, request)


def listen():
    events = []
    stream = TradingStream(
        os.environ["KEY"], os.environ["SECRET"], paper=True, url_override=os.environ["STREAM"],
        websocket_params={"ping_interval": 1, "ping_timeout": 10},
    )

    async def hear(update):
        events.append(update)

    stream.subscribe_trade_updates(hear)
    thread = threading.Thread(target=stream.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not stream._running and time.monotonic() < deadline:
        time.sleep(0.02)
    expect("TradingStream authorized", stream._running)
    time.sleep(0.1)  # The listening acknowledgement has no face in this client.
    return stream, thread, events


def account():
    call("get_account", client.get_account)
    settings = call("get_account_configurations", client.get_account_configurations)
    if settings:
        settings.no_shorting = False
        changed = call("set_account_configurations", client.set_account_configurations, settings)
        expect("set_account_configurations holds", changed and changed.no_shorting is False)
    call("get_clock", client.get_clock)
    call("get_calendar", client.get_calendar, GetCalendarRequest(start=date(2026, 11, 23), end=date(2026, 12, 4)))
    call("get_portfolio_history", client.get_portfolio_history)
    week = GetPortfolioHistoryRequest(period="1W", timeframe="1H", extended_hours=True)
    call("get_portfolio_history 1W", client.get_portfolio_history, week)


def assets():
    call("get_all_assets", client.get_all_assets)
    active = GetAssetsRequest(status=AssetStatus.ACTIVE, asset_class=AssetClass.US_EQUITY)
    call("get_all_assets us_equity", client.get_all_assets, active)
    call("get_all_assets crypto", client.get_all_assets, GetAssetsRequest(asset_class=AssetClass.CRYPTO))
    apple = call("get_asset", client.get_asset, "AAPL")
    if apple:
        call("get_asset by id", client.get_asset, apple.id)
    refusal("get_asset unknown", 40410000, client.get_asset, "NOPE")


def simple_orders():
    quote("AAPL", "99.98", "100.02")
    quote("F", "9.99", "10.01")
    bought = submit("market", MarketOrderRequest(symbol="AAPL", qty=20, side=BUY, time_in_force=DAY))
    expect("market fills", bought and until(bought).status == OrderStatus.FILLED)
    dollars = submit("notional", MarketOrderRequest(symbol="AAPL", notional=55.5, side=BUY, time_in_force=DAY))
    expect("notional fills", dollars and until(dollars).status == OrderStatus.FILLED)
    part = submit("fraction", MarketOrderRequest(symbol="AAPL", qty=0.25, side=BUY, time_in_force=DAY))
    expect("fraction fills", part and until(part).status == OrderStatus.FILLED)
    named = submit("limit", LimitOrderRequest(
        symbol="F", qty=5, side=BUY, time_in_force=GTC, limit_price=9.5, client_order_id="guest-1"))
    call("get_order_by_client_id", client.get_order_by_client_id, "guest-1")
    refusal("client_order_id again", 40010001, client.submit_order, LimitOrderRequest(
        symbol="F", qty=5, side=BUY, time_in_force=GTC, limit_price=9.5, client_order_id="guest-1"))
    if named:
        until(named, OrderStatus.NEW)
        change = ReplaceOrderRequest(qty=6, limit_price=9.4, client_order_id="guest-2")
        heir = call("replace_order_by_id", client.replace_order_by_id, named.id, change)
        expect("replaced", heir and until(named).replaced_by == heir.id)
        call("cancel_order_by_id", client.cancel_order_by_id, heir.id)
        refusal("cancel again", 42210000, client.cancel_order_by_id, heir.id)
    evening = submit("extended hours", LimitOrderRequest(
        symbol="F", qty=1, side=BUY, time_in_force=DAY, limit_price=9, extended_hours=True))
    for kind in (IOC, TimeInForce.FOK):
        once = submit(kind.value, LimitOrderRequest(symbol="F", qty=1, side=BUY, time_in_force=kind, limit_price=9))
        expect(f"{kind.value} is canceled", once and until(once).status == OrderStatus.CANCELED)
    closing = submit("cls", MarketOrderRequest(symbol="F", qty=1, side=BUY, time_in_force=TimeInForce.CLS))
    refusal("opg at noon", 40310000, client.submit_order, MarketOrderRequest(
        symbol="F", qty=1, side=BUY, time_in_force=TimeInForce.OPG))
    for order in (evening, closing):
        if order:
            client.cancel_order_by_id(order.id)


def stops():
    stop = submit("stop", StopOrderRequest(symbol="AAPL", qty=2, side=SELL, time_in_force=GTC, stop_price=95))
    limit = submit("stop_limit", StopLimitOrderRequest(
        symbol="AAPL", qty=2, side=SELL, time_in_force=DAY, stop_price=95, limit_price=90))
    dollars = submit("trail_price", TrailingStopOrderRequest(
        symbol="AAPL", qty=2, side=SELL, time_in_force=DAY, trail_price=3))
    percent = submit("trail_percent", TrailingStopOrderRequest(
        symbol="AAPL", qty=2, side=SELL, time_in_force=GTC, trail_percent=4))
    if dollars:
        until(dollars, OrderStatus.NEW)
        call("replace trail", client.replace_order_by_id, dollars.id, ReplaceOrderRequest(trail=2.5))
    quote("AAPL", "94", "94.10")
    for name, order in (("stop", stop), ("stop_limit", limit), ("trail_percent", percent)):
        expect(f"{name} goes off", order and until(order).status == OrderStatus.FILLED)
    quote("AAPL", "99.98", "100.02")


def groups():
    profit, loss = TakeProfitRequest(limit_price=110), StopLossRequest(stop_price=90, limit_price=89)
    bracket = submit("bracket", MarketOrderRequest(
        symbol="AAPL", qty=3, side=BUY, time_in_force=GTC, order_class=OrderClass.BRACKET,
        take_profit=profit, stop_loss=loss))
    if bracket:
        filled = until(bracket)
        expect("bracket has two legs", len(filled.legs or []) == 2 and filled.order_class == OrderClass.BRACKET)
        until(filled.legs[0], OrderStatus.NEW)
        call("replace leg", client.replace_order_by_id, filled.legs[0].id, ReplaceOrderRequest(limit_price=112))
        call("get_orders nested", client.get_orders, GetOrdersRequest(status=QueryOrderStatus.OPEN, nested=True))
    oto = submit("oto", LimitOrderRequest(
        symbol="AAPL", qty=1, side=BUY, time_in_force=DAY, limit_price=95, order_class=OrderClass.OTO,
        stop_loss=StopLossRequest(stop_price=85)))
    if oto:
        client.cancel_order_by_id(oto.id)
    oco = submit("oco", LimitOrderRequest(
        symbol="AAPL", qty=2, side=SELL, time_in_force=GTC, order_class=OrderClass.OCO,
        take_profit=TakeProfitRequest(limit_price=120), stop_loss=StopLossRequest(stop_price=80)))
    expect("oco holds its stop", oco and oco.legs and oco.legs[0].status == OrderStatus.HELD)
    canceled = call("cancel_orders", client.cancel_orders)
    expect("cancel_orders answers for each", canceled and all(row.status == 200 for row in canceled))


    resting = submit("limit sell", LimitOrderRequest(symbol="AAPL", qty=1, side=SELL, time_in_force=DAY, limit_price=101))
    refusal("wash trade", 40310000, client.submit_order, MarketOrderRequest(
        symbol="AAPL", qty=1, side=BUY, time_in_force=DAY))
    if resting:
        client.cancel_order_by_id(resting.id)


def positions():
    everything = call("get_all_positions", client.get_all_positions)
    expect("there are positions", everything)
    call("get_open_position", client.get_open_position, "AAPL")
    refusal("get_open_position none", 40410000, client.get_open_position, "MSFT")
    call("close_position qty", client.close_position, "AAPL", ClosePositionRequest(qty="1"))
    call("close_position percentage", client.close_position, "AAPL", ClosePositionRequest(percentage="10"))
    short = submit("short sale", MarketOrderRequest(symbol="F", qty=3, side=SELL, time_in_force=DAY))
    expect("short sale fills", short and until(short).status == OrderStatus.FILLED)
    cover = call("close_position short", client.close_position, "F")
    expect("short is covered", cover and until(cover).status == OrderStatus.FILLED)
    closed = call("close_all_positions", client.close_all_positions, cancel_orders=True)
    expect("close_all_positions answers for each", closed and all(row.status == 200 for row in closed))


def lists():
    for status in QueryOrderStatus:
        call(f"get_orders {status.value}", client.get_orders, GetOrdersRequest(status=status, limit=500))
    picked = GetOrdersRequest(
        status=QueryOrderStatus.ALL, symbols=["AAPL", "F"], side=BUY, direction="asc",
        after=client.get_clock().timestamp - timedelta(days=1))
    expect("get_orders filtered", call("get_orders filtered", client.get_orders, picked))
    made = call("create_watchlist", client.create_watchlist, CreateWatchlistRequest(name="mine", symbols=["AAPL"]))
    call("get_watchlists", client.get_watchlists)
    if made:
        call("get_watchlist_by_id", client.get_watchlist_by_id, made.id)
        renamed = UpdateWatchlistRequest(name="ours", symbols=["AAPL", "F"])
        call("update_watchlist_by_id", client.update_watchlist_by_id, made.id, renamed)
        call("add_asset_to_watchlist_by_id", client.add_asset_to_watchlist_by_id, made.id, "MSFT")
        call("remove_asset_from_watchlist_by_id", client.remove_asset_from_watchlist_by_id, made.id, "F")
        call("delete_watchlist_by_id", client.delete_watchlist_by_id, made.id)
    since = date(2026, 11, 1)
    announcements = GetCorporateAnnouncementsRequest(
        ca_types=[CorporateActionType.DIVIDEND], since=since, until=since + timedelta(days=30))
    call("get_corporate_announcements", client.get_corporate_announcements, announcements)


def coins():
    quote("BTC/USD", "50000", "50010")
    bought = submit("crypto notional", MarketOrderRequest(symbol="BTC/USD", notional=500, side=BUY, time_in_force=GTC))
    expect("crypto fills", bought and until(bought).status == OrderStatus.FILLED)
    limit = submit("crypto limit", LimitOrderRequest(
        symbol="BTC/USD", qty=0.01, side=BUY, time_in_force=GTC, limit_price=38000))
    stop = submit("crypto stop_limit", StopLimitOrderRequest(
        symbol="BTC/USD", qty=0.001, side=SELL, time_in_force=GTC, stop_price=40000, limit_price=39000))
    for order in (limit, stop):
        if order:
            client.cancel_order_by_id(order.id)
    call("get_open_position crypto", client.get_open_position, "BTCUSD")
    call("close_position crypto", client.close_position, "BTCUSD")


def options():
    ask = GetOptionContractsRequest(
        underlying_symbols=["AAPL"], expiration_date_gte=date(2026, 12, 1), expiration_date_lte=date(2026, 12, 31),
        type="call", limit=1000)
    listed = call("get_option_contracts", client.get_option_contracts, ask)
    if not listed or not listed.option_contracts:
        return
    contracts = sorted(listed.option_contracts, key=lambda contract: abs(contract.strike_price - 100))
    near = contracts[0]
    far = next(row for row in contracts[1:]
               if row.expiration_date == near.expiration_date and row.strike_price > near.strike_price)
    call("get_option_contract", client.get_option_contract, near.symbol)
    call("get_option_contract by id", client.get_option_contract, near.id)
    bought = submit("option", MarketOrderRequest(symbol=near.symbol, qty=2, side=BUY, time_in_force=DAY))
    expect("option fills", bought and until(bought).status == OrderStatus.FILLED)
    resting = submit("option limit", LimitOrderRequest(
        symbol=near.symbol, qty=1, side=BUY, time_in_force=DAY, limit_price=0.05))
    if resting:
        client.cancel_order_by_id(resting.id)
    spread = [
        OptionLegRequest(symbol=near.symbol, ratio_qty=1, side=BUY, position_intent=PositionIntent.BUY_TO_OPEN),
        OptionLegRequest(symbol=far.symbol, ratio_qty=1, side=SELL, position_intent=PositionIntent.SELL_TO_OPEN),
    ]
    both = submit("mleg", MarketOrderRequest(qty=1, time_in_force=DAY, order_class=OrderClass.MLEG, legs=spread))
    expect("mleg fills", both and until(both).status == OrderStatus.FILLED and len(both.legs) == 2)
    debit = submit("mleg limit", LimitOrderRequest(
        qty=1, time_in_force=DAY, limit_price=0.01, order_class=OrderClass.MLEG, legs=spread))
    if debit:
        client.cancel_order_by_id(debit.id)
    call("get_open_position option", client.get_open_position, near.symbol)
    quote("AAPL", "149.98", "150.02")
    call("exercise_options_position", client.exercise_options_position, near.symbol)


def main():
    stream, thread, events = listen()
    for part in (account, assets, simple_orders, stops, groups, positions, lists, coins, options):
        part()
    deadline = time.monotonic() + PATIENCE
    wanted = {"pending_new", "new", "fill", "canceled", "replaced"}

    def heard():
        return {getattr(update.event, "value", update.event) for update in events}

    while not wanted <= heard() and time.monotonic() < deadline:
        time.sleep(0.05)
    expect("TradingStream hears every kind of event", wanted <= heard())
    stream.stop()
    thread.join(PATIENCE)
    expect("TradingStream stops", not thread.is_alive())


main()
