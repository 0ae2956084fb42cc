"""A bot as its author would write it with discord.py. Only its addresses are the simulated Discord's."""

import asyncio
import io
import os
import sys

import discord
import yarl
from discord import app_commands

API = os.environ["SIM_API"]
discord.http.Route.BASE = f"{API}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["SIM_GATEWAY"])

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d")


class Note(discord.ui.Modal, title="A note"):
    text = discord.ui.TextInput(label="Note", min_length=2, max_length=100)
    kind = discord.ui.Label(
        text="Kind",
        component=discord.ui.Select(
            options=[discord.SelectOption(label="Idea", value="idea"), discord.SelectOption(label="Plan", value="plan")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        kind = self.kind.component.values[0]
        await interaction.response.send_message(f"noted {kind}: {self.text.value}", ephemeral=True)


class Card(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Again", style=discord.ButtonStyle.primary, custom_id="v1:again")
    async def again(self, interaction: discord.Interaction, _button: discord.ui.Button) -> None:
        await interaction.response.edit_message(content="again", embed=None, view=self)

    @discord.ui.button(label="Note", custom_id="v1:note")
    async def note(self, interaction: discord.Interaction, _button: discord.ui.Button) -> None:
        await interaction.response.send_modal(Note())

    @discord.ui.select(
        placeholder="Account",
        custom_id="v1:account",
        options=[discord.SelectOption(label="Paper", value="p"), discord.SelectOption(label="Live", value="l")],
    )
    async def account(self, interaction: discord.Interaction, select: discord.ui.Select) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"chose {select.values[0]}")


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_messages=True))
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.add_view(Card())
        await self.tree.sync()


bot = Bot()


@bot.tree.command(description="A quote")
@app_commands.describe(symbol="What", shares="How many")
async def quote(interaction: discord.Interaction, symbol: str, shares: app_commands.Range[int, 1, 100] = 1) -> None:
    embed = discord.Embed(title=symbol, description=f"{shares} shares", colour=0x3366CC)
    embed.add_field(name="Bid", value="1.00").set_footer(text="simulated")
    await interaction.response.send_message(embed=embed, view=Card(), ephemeral=True)


@quote.autocomplete("symbol")
async def symbols(_interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    known = ["AAPL", "AMZN", "MSFT"]
    return [app_commands.Choice(name=name, value=name) for name in known if name.startswith(current.upper())]


@bot.tree.command(description="Files")
async def export(interaction: discord.Interaction) -> None:
    await interaction.response.defer(thinking=True)
    csv = discord.File(io.BytesIO(b"a,b\n1,2\n"), "fills.csv", description="fills")
    await interaction.followup.send("one", file=csv)
    chart = discord.File(io.BytesIO(PNG), "chart.png")
    embed = discord.Embed(title="chart").set_image(url="attachment://chart.png")
    message = await interaction.followup.send("two", embed=embed, file=chart, wait=True)
    assert message.embeds[0].image.width == 3, message.embeds[0].to_dict()
    sent = await interaction.original_response()
    fetched = await sent.attachments[0].read()
    await interaction.edit_original_response(content=f"one, {len(fetched)} bytes", attachments=sent.attachments)


@bot.tree.command(description="A direct message")
async def whisper(interaction: discord.Interaction) -> None:
    message = await interaction.user.send("psst", allowed_mentions=discord.AllowedMentions.none())
    await message.edit(content="psst!")
    again = await message.channel.fetch_message(message.id)
    await interaction.response.send_message(f"said {again.content}", ephemeral=True)


async def main() -> None:
    async with bot:
        running = asyncio.create_task(bot.start(os.environ["SIM_TOKEN"]))
        # The test closes our input when it has seen enough.
        leave = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        await asyncio.wait([running, leave], return_when=asyncio.FIRST_COMPLETED)
        # The test sees an answer before we know that it arrived.
        at_work = [task for task in asyncio.all_tasks() if task.get_name().startswith(("CommandTree", "discord-ui"))]
        await asyncio.gather(*at_work, return_exceptions=True)
        if running.done():
            running.result()


discord.utils.setup_logging(level=30)
asyncio.run(main())
