using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Server;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Serves Tinker's interface over one base, until it is stopped.</summary>
internal sealed class TinkerServeCommand : CliCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The base to train adapters over: a Hugging Face folder, a .gguf file, a checkpoint or a run folder, hf:OWNER/NAME. NAME=PATH says what clients call it; the SDK loads its tokenizer under that name." };
    private readonly Option<string> _store = new("--store") { HelpName = "folder", Description = "Where checkpoints are kept; they outlive the server.", DefaultValueFactory = _ => "tinker" };
    private readonly Option<int> _port = CommonOptions.Whole("--port", "Where to listen; 0 for any port that is free.", TinkerOptions.DefaultPort, 0, 65535);
    private readonly Option<string> _address = new("--address") { HelpName = "address", Description = "Where to listen; with an API key also another than this machine alone.", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<string?> _keys = new("--keys") { HelpName = "file", Description = "The API keys that deliberate keys made; its usual file unless named. Once there is a key, each request has to bring one: TINKER_API_KEY=tml-KEY." };
    private readonly Option<int> _micro = CommonOptions.Whole("--micro-batch-tokens", "Tokens of a pass, and of the longest sequence that is trained on; memory for activations grows with it.", 4096, 16, 1 << 24);
    private readonly Option<int> _models = CommonOptions.Whole("--models", "Models in memory at once: adapters with their gradients and moments.", 8, 1, 4096);
    private readonly Option<int> _slots = CommonOptions.Whole("--slots", "Samples that are drawn at once; others wait.", 16, 1, 4096);
    private readonly Option<int> _patience = CommonOptions.Whole("--session-timeout", "Seconds without a sign of life after which a session is ended and its models are unloaded.", 3600, 1, 1 << 30);
    private readonly Option<bool> _unembed = new("--leave-unembed") { Description = "Take train_unembed=True, the SDK's default, for False; else such a model is refused, since the unembedding is not trained here." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string?> _certificate = new("--certificate") { HelpName = "file", Description = "Serve over TLS with this certificate, in PEM." };
    private readonly Option<string?> _certificateKey = new("--certificate-key") { HelpName = "file", Description = "The certificate's key, where it has a file of its own." };

    public TinkerServeCommand()
        : base(
            "serve",
            "Serve Tinker's interface over a model: sessions, LoRA models, forward_backward, optim_step, sample, save and load.",
            "deliberate tinker serve HuggingFaceTB/SmolLM2-135M-Instruct=models/smollm2   # clients call it by the name before the =",
            "deliberate tinker serve models/Qwen3-0.6B --leave-unembed --store checkpoints",
            "deliberate tinker serve models/Qwen3-0.6B --address 0.0.0.0 --certificate server.pem   # after deliberate keys create laptop",
            "deliberate tinker serve runs/my-model --micro-batch-tokens 1024 --models 2   # in less memory")
    {
        Add(_model);
        foreach (var option in new Option[] { _store, _port, _address, _keys, _micro, _models, _slots, _patience, _unembed, _threads, _certificate, _certificateKey }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var model = parsed.GetRequiredValue(_model);
        var equals = model.IndexOf('=', StringComparison.Ordinal);
        var (name, path) = equals > 0 ? (model[..equals], model[(equals + 1)..]) : (null, model);
        var keys = parsed.GetValue(_keys);
        if (keys is not null && !File.Exists(keys)) throw new UserError("There is no such file of API keys.", keys, field: "--keys", advice: $"Make one: deliberate keys create NAME --keys {keys}");
        ServeAsync(new TinkerOptions
        {
            Name = name ?? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path)),
            Path = CheckpointChoice.Find(path).Location,
            Store = parsed.GetRequiredValue(_store),
            Address = parsed.GetRequiredValue(_address),
            Port = parsed.GetValue(_port),
            Keys = keys ?? ApiKeyFile.Usual(),
            Threads = parsed.GetValue(_threads),
            MicroBatchTokens = parsed.GetValue(_micro),
            Models = parsed.GetValue(_models),
            Slots = parsed.GetValue(_slots),
            Patience = TimeSpan.FromSeconds(parsed.GetValue(_patience)),
            LeavesUnembed = parsed.GetValue(_unembed),
            Certificate = parsed.GetValue(_certificate),
            CertificateKey = parsed.GetValue(_certificateKey),
        }).GetAwaiter().GetResult();
        return ExitCode.Success;
    }

    private static async Task ServeAsync(TinkerOptions options)
    {
        using var stop = new StopSignal("Stopping; what is in work is finished first. Models that were not saved are lost.");
        Console.Error.WriteLine($"Reading {options.Name}.");
        await using var server = await TinkerServer.StartAsync(options, stop.Token);
        var service = server.Service;
        Console.Out.WriteLine($"{options.Name} for programs that talk to Tinker:\n\n  TINKER_BASE_URL={server.Address}\n");
        Console.Out.WriteLine(service.Keys.AreNeeded ? $"Requests bring a key of {options.Keys}: TINKER_API_KEY=tml-KEY." : "There is no API key: whoever is on this machine may ask (TINKER_API_KEY=tml-none). deliberate keys create NAME makes one.");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Losses: {string.Join(", ", HostedLoss.All.Select(l => l.Name))}. Sequences of up to {service.Host.LongestSequence} tokens; checkpoints in {service.Store.Folder}."));
        if (options.LeavesUnembed) Console.Out.WriteLine("train_unembed=True is taken for False: the unembedding stays as it is.");
        Console.Out.WriteLine("Ctrl-C ends.");
        try
        {
            await Task.Delay(Timeout.Infinite, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
