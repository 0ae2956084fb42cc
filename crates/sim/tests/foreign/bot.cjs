// A bot as its author would write it with discord.js. Only its addresses are the simulated Discord's.
"use strict";

const {
  ActionRowBuilder, AttachmentBuilder, ButtonBuilder, ButtonStyle, Client, EmbedBuilder, Events, GatewayIntentBits,
  LabelBuilder, MessageFlags, ModalBuilder, SlashCommandBuilder, StringSelectMenuBuilder, TextInputBuilder, TextInputStyle,
} = require("discord.js");

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d", "hex");
const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages],
  rest: { api: `${process.env.SIM_API}/api`, version: "10" },
});

const accounts = [{ label: "Paper", value: "p" }, { label: "Live", value: "l" }];
const card = () => [
  new ActionRowBuilder().addComponents(
    new ButtonBuilder().setCustomId("v1:again").setLabel("Again").setStyle(ButtonStyle.Primary),
    new ButtonBuilder().setCustomId("v1:note").setLabel("Note").setStyle(ButtonStyle.Secondary)),
  new ActionRowBuilder().addComponents(
    new StringSelectMenuBuilder().setCustomId("v1:account").setPlaceholder("Account").addOptions(accounts)),
];
const note = () => new ModalBuilder().setCustomId("v1:note-form").setTitle("A note").addLabelComponents(
  new LabelBuilder().setLabel("Note").setTextInputComponent(
    new TextInputBuilder().setCustomId("text").setStyle(TextInputStyle.Short).setMinLength(2).setMaxLength(100)),
  new LabelBuilder().setLabel("Kind").setStringSelectMenuComponent(
    new StringSelectMenuBuilder().setCustomId("kind").addOptions({ label: "Idea", value: "idea" }, { label: "Plan", value: "plan" })));

const commands = [
  new SlashCommandBuilder().setName("quote").setDescription("A quote")
    .addStringOption((option) => option.setName("symbol").setDescription("What").setRequired(true).setAutocomplete(true))
    .addIntegerOption((option) => option.setName("shares").setDescription("How many").setMinValue(1).setMaxValue(100)),
  new SlashCommandBuilder().setName("export").setDescription("Files"),
  new SlashCommandBuilder().setName("whisper").setDescription("A direct message"),
];

const run = {
  async quote(interaction) {
    const embed = new EmbedBuilder().setTitle(interaction.options.getString("symbol", true)).setColor(0x3366cc)
      .setDescription(`${interaction.options.getInteger("shares") ?? 1} shares`)
      .addFields({ name: "Bid", value: "1.00" }).setFooter({ text: "simulated" });
    await interaction.reply({ embeds: [embed], components: card(), flags: MessageFlags.Ephemeral });
  },
  async export(interaction) {
    await interaction.deferReply();
    await interaction.editReply({ content: "one", files: [new AttachmentBuilder(Buffer.from("a,b\n1,2\n"), { name: "fills.csv", description: "fills" })] });
    const embed = new EmbedBuilder().setTitle("chart").setImage("attachment://chart.png");
    const two = await interaction.followUp({ content: "two", embeds: [embed], files: [new AttachmentBuilder(PNG, { name: "chart.png" })] });
    if (two.embeds[0].image.width !== 3) throw new Error(JSON.stringify(two.embeds[0].image));
    const sent = await interaction.fetchReply();
    const fetched = await (await fetch(sent.attachments.first().url)).arrayBuffer();
    await interaction.editReply({ content: `one, ${fetched.byteLength} bytes`, attachments: [...sent.attachments.values()] });
  },
  async whisper(interaction) {
    const message = await interaction.user.send({ content: "psst", allowedMentions: { parse: [] } });
    await message.edit("psst!");
    const again = await message.channel.messages.fetch({ message: message.id, force: true });
    await interaction.reply({ content: `said ${again.content}`, flags: MessageFlags.Ephemeral });
  },
};

const used = {
  "v1:again": (interaction) => interaction.update({ content: "again", embeds: [] }),
  "v1:note": (interaction) => interaction.showModal(note()),
  "v1:account": async (interaction) => {
    await interaction.deferUpdate();
    await interaction.editReply({ content: `chose ${interaction.values[0]}` });
  },
  "v1:note-form": (interaction) => {
    const kind = interaction.fields.getStringSelectValues("kind")[0];
    const content = `noted ${kind}: ${interaction.fields.getTextInputValue("text")}`;
    return interaction.reply({ content, flags: MessageFlags.Ephemeral });
  },
};

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused().toUpperCase();
    const fits = ["AAPL", "AMZN", "MSFT"].filter((name) => name.startsWith(typed));
    await interaction.respond(fits.map((name) => ({ name, value: name })));
  } else if (interaction.isChatInputCommand()) await run[interaction.commandName](interaction);
  else await used[interaction.customId](interaction);
});
client.on(Events.Error, (error) => console.error("ERROR", error));
client.on(Events.Warn, (warning) => console.error("WARN", warning));
client.once(Events.ClientReady, () => client.application.commands.set(commands));
process.on("unhandledRejection", (error) => { console.error("ERROR", error); process.exitCode = 1; });
// The test closes our input when it has seen enough.
process.stdin.on("end", () => client.destroy()).resume();
client.login(process.env.SIM_TOKEN);
