"""Drives alpaca-py's market data clients through everything they offer. Every call is a line of JSON on standard output."""

import json
import os
from datetime import date, datetime, timedelta, timezone

from alpaca.common.exceptions import APIError
from alpaca.data.enums import Adjustment, CorporateActionsType, DataFeed, MarketType, MostActivesBy, OptionsFeed
from alpaca.data.historical import (
    CryptoHistoricalDataClient, NewsClient, OptionHistoricalDataClient, ScreenerClient, StockHistoricalDataClient,
)
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.requests import (
    CorporateActionsRequest, CryptoBarsRequest, CryptoLatestBarRequest, CryptoLatestOrderbookRequest,
    CryptoLatestQuoteRequest, CryptoLatestTradeRequest, CryptoQuoteRequest, CryptoSnapshotRequest, CryptoTradesRequest,
    MarketMoversRequest, MostActivesRequest, NewsRequest, OptionBarsRequest, OptionChainRequest,
    OptionLatestQuoteRequest, OptionLatestTradeRequest, OptionSnapshotRequest, OptionTradesRequest, StockBarsRequest,
    StockLatestBarRequest, StockLatestQuoteRequest, StockLatestTradeRequest, StockQuotesRequest, StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit
from alpaca.trading.client import TradingClient
from alpaca.trading.requests import GetOptionContractsRequest, GetPortfolioHistoryRequest

KEYS = (os.environ["KEY"], os.environ["SECRET"])
HOST = {"url_override": os.environ["DATA"]}
NOW = datetime.fromisoformat(os.environ["NOW"].replace("Z", "+00:00"))
IEX = DataFeed.IEX


def say(name, why=""):
    print(json.dumps({"call": name, "outcome": "refused" if why else "ok", "why": why}), flush=True)


def call(name, act, *args, **kwargs):
    """Makes a call and reports how it went; what it gave, or None."""
    try:
        result = act(*args, **kwargs)
    except Exception as why:  # A model that cannot be read is as much a refusal as a status.
        return say(name, f"{type(why).__name__}: {why}")
    say(name)
    return result


def expect(name, holds):
    say(name, "" if holds else "not what was expected")


def stocks():
    client = StockHistoricalDataClient(*KEYS, **HOST)
    span = {"start": NOW - timedelta(days=6), "end": NOW - timedelta(minutes=20)}
    days = StockBarsRequest(symbol_or_symbols=["AAPL", "MSFT"], timeframe=TimeFrame.Day, start=NOW - timedelta(days=400))
    bars = call("get_stock_bars 1Day, sip", client.get_stock_bars, days.model_copy(update={"end": span["end"]}))
    expect("more bars than a page holds", bars and len(bars["AAPL"]) > 250 and len(bars["MSFT"]) > 250)
    expect("bars as a table", bars and not bars.df.empty)
    for amount, unit in [(1, TimeFrameUnit.Minute), (5, TimeFrameUnit.Minute), (1, TimeFrameUnit.Hour),
                         (1, TimeFrameUnit.Week), (1, TimeFrameUnit.Month)]:
        start = NOW - timedelta(days=100 if unit in (TimeFrameUnit.Week, TimeFrameUnit.Month) else 5)
        request = StockBarsRequest(symbol_or_symbols="SPY", timeframe=TimeFrame(amount, unit), start=start, feed=IEX,
                                   adjustment=Adjustment.ALL)
        bars = call(f"get_stock_bars {amount}{unit.value}", client.get_stock_bars, request)
        expect("bars are there", bars and len(bars["SPY"]) > 2)
    minute = {"start": NOW - timedelta(minutes=30), "end": NOW, "feed": IEX}
    trades = call("get_stock_trades", client.get_stock_trades, StockTradesRequest(symbol_or_symbols="AAPL", **minute))
    expect("trades are there", trades and len(trades["AAPL"]) > 500)
    quotes = call("get_stock_quotes", client.get_stock_quotes, StockQuotesRequest(symbol_or_symbols="AAPL", **minute))
    expect("quotes are there", quotes and len(quotes["AAPL"]) > 1_500)
    both = ["AAPL", "BRK.B"]
    call("get_stock_latest_trade", client.get_stock_latest_trade, StockLatestTradeRequest(symbol_or_symbols=both))
    call("get_stock_latest_quote", client.get_stock_latest_quote, StockLatestQuoteRequest(symbol_or_symbols=both, feed=IEX))
    call("get_stock_latest_bar", client.get_stock_latest_bar, StockLatestBarRequest(symbol_or_symbols=both))
    seen = call("get_stock_snapshot", client.get_stock_snapshot, StockSnapshotRequest(symbol_or_symbols=both))
    expect("a snapshot is whole", seen and seen["AAPL"].previous_daily_bar and seen["AAPL"].minute_bar)
    try:
        client.get_stock_bars(StockBarsRequest(symbol_or_symbols="AAPL", timeframe=TimeFrame.Day, start=NOW, end=NOW))
        expect("recent consolidated data is refused", False)
    except APIError as why:
        expect("recent consolidated data is refused", why.status_code == 403 and "SIP" in str(why))


def coins():
    client = CryptoHistoricalDataClient(**HOST)  # No keys: coins are quoted to everybody.
    pairs = ["BTC/USD", "ETH/USD"]
    hour = {"symbol_or_symbols": pairs, "start": NOW - timedelta(minutes=20), "end": NOW}
    week = CryptoBarsRequest(symbol_or_symbols=pairs, timeframe=TimeFrame.Hour, start=NOW - timedelta(days=7))
    bars = call("get_crypto_bars", client.get_crypto_bars, week)
    expect("coins trade around the clock", bars and len(bars["BTC/USD"]) >= 7 * 24)
    call("get_crypto_quotes", client.get_crypto_quotes, CryptoQuoteRequest(**hour))
    call("get_crypto_trades", client.get_crypto_trades, CryptoTradesRequest(**hour))
    call("get_crypto_latest_trade", client.get_crypto_latest_trade, CryptoLatestTradeRequest(symbol_or_symbols=pairs))
    call("get_crypto_latest_quote", client.get_crypto_latest_quote, CryptoLatestQuoteRequest(symbol_or_symbols=pairs))
    call("get_crypto_latest_bar", client.get_crypto_latest_bar, CryptoLatestBarRequest(symbol_or_symbols=pairs))
    books = CryptoLatestOrderbookRequest(symbol_or_symbols=pairs)
    call("get_crypto_latest_orderbook", client.get_crypto_latest_orderbook, books)
    call("get_crypto_snapshot", client.get_crypto_snapshot, CryptoSnapshotRequest(symbol_or_symbols=pairs))


def options():
    client = OptionHistoricalDataClient(*KEYS, **HOST)
    trading = TradingClient(*KEYS, paper=True, url_override=os.environ["REST"])
    request = GetOptionContractsRequest(underlying_symbols=["AAPL"], limit=50)
    found = call("get_option_contracts", trading.get_option_contracts, request)
    contracts = found.option_contracts if found else []
    expect("contracts are there", len(contracts) == 50)
    if not contracts:
        return
    symbol = contracts[0].symbol
    call("get_option_contract", trading.get_option_contract, symbol)
    call("get_option_contract by id", trading.get_option_contract, str(contracts[0].id))
    bars = OptionBarsRequest(symbol_or_symbols=symbol, timeframe=TimeFrame.Day, start=NOW - timedelta(days=30))
    call("get_option_bars", client.get_option_bars, bars)
    call("get_option_trades", client.get_option_trades,
         OptionTradesRequest(symbol_or_symbols=symbol, start=NOW - timedelta(days=2)))
    call("get_option_exchange_codes", client.get_option_exchange_codes)
    call("get_option_latest_quote", client.get_option_latest_quote, OptionLatestQuoteRequest(symbol_or_symbols=symbol))
    call("get_option_latest_trade", client.get_option_latest_trade, OptionLatestTradeRequest(symbol_or_symbols=symbol))
    call("get_option_snapshot", client.get_option_snapshot, OptionSnapshotRequest(symbol_or_symbols=symbol))
    chain = OptionChainRequest(underlying_symbol="AAPL", feed=OptionsFeed.INDICATIVE, strike_price_gte=200,
                               strike_price_lte=300, expiration_date_lte=date(2026, 12, 18))
    chain = call("get_option_chain", client.get_option_chain, chain)
    expect("a chain has greeks", chain and any(row.greeks and row.greeks.delta for row in chain.values()))


def rest():
    news = NewsClient(*KEYS, **HOST)
    found = call("get_news", news.get_news, NewsRequest(symbols="AAPL", limit=20, include_content=True))
    expect("news are there", found and len(found.data["news"]) == 20)
    screener = ScreenerClient(*KEYS, **HOST)
    call("get_most_actives", screener.get_most_actives, MostActivesRequest(top=5, by=MostActivesBy.TRADES))
    for market in MarketType:
        call(f"get_market_movers {market.value}", screener.get_market_movers, MarketMoversRequest(top=5, market_type=market))
    actions = CorporateActionsClient(*KEYS, **HOST)
    request = CorporateActionsRequest(start=date(2026, 8, 1), end=date(2026, 11, 20))
    found = call("get_corporate_actions", actions.get_corporate_actions, request)
    expect("dividends are there", found and found.data["cash_dividends"])
    splits = CorporateActionsRequest(symbols=["NVDA"], types=[CorporateActionsType.FORWARD_SPLIT], start=date(2024, 1, 1),
                                     end=date(2024, 12, 31))
    found = call("get_corporate_actions forward_split", actions.get_corporate_actions, splits)
    expect("the split is there", found and len(found.data["forward_splits"]) == 1)
    trading = TradingClient(*KEYS, paper=True, url_override=os.environ["REST"])
    for period, timeframe in [("1D", "5Min"), ("1W", "15Min"), ("1M", "1D"), ("1A", "1D")]:
        request = GetPortfolioHistoryRequest(period=period, timeframe=timeframe, cashflow_types="ALL")
        call(f"get_portfolio_history {period}", trading.get_portfolio_history, request)
    for kind in ["", "/FILL", "/JNLC"]:
        rows = call(f"activities{kind}", trading.get, f"/account/activities{kind}", {"page_size": 100})
        expect("activities are there", rows is not None and (kind == "/FILL" or len(rows) > 0))


stocks()
coins()
options()
rest()
