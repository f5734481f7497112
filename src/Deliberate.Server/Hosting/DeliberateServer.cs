using System.Net;
using System.Net.Sockets;
using Deliberate.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Deliberate.Server;

/// <summary>
/// The server of <c>deliberate serve</c>: one process that holds every area of <see cref="ServerAreas"/>. Nothing of its surroundings
/// changes it: no settings file, no variable, no folder of assets; what it is told comes by <see cref="ServerOptions"/>.
/// </summary>
public sealed class DeliberateServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly AccessTokens? _tokens;
    private readonly ServerLock? _lock;
    private readonly ApiServer? _api;

    private DeliberateServer(WebApplication app, AccessTokens? tokens, ServerLock? held, ApiServer? api, string address, bool isAlone)
    {
        (_app, _tokens, _lock, _api, Address, IsAlone) = (app, tokens, held, api, address, isAlone);
        held?.Tell(address);
    }

    /// <summary>Where it listens: <c>http://127.0.0.1:5170</c>.</summary>
    public string Address { get; }

    /// <summary>False where the folder of runs may not be written to: then a second server on it is not refused.</summary>
    public bool IsAlone { get; }

    /// <summary>Whether its pages may be seen where it listens: on this machine alone, or behind accounts and a proxy that encrypts.</summary>
    public bool ShowsPages => (_tokens is null && _app.Services.GetRequiredService<PublicAddress>().Named is not null) || (Uri.TryCreate(Address, UriKind.Absolute, out var uri) && uri.IsLoopback);

    /// <summary>Whether requests to its interface have to bring an API key.</summary>
    public bool NeedsKeys => _api?.Keys.AreNeeded == true;

    /// <summary>What its interface consists of; null without one.</summary>
    internal ApiServer? Api => _api;

    /// <summary>Builds it and listens.</summary>
    /// <exception cref="UserError">The address or port cannot be had, the folder is served already, or is none.</exception>
    public static Task<DeliberateServer> StartAsync(ServerOptions options, CancellationToken cancellation = default) => StartAsync(options, null, cancellation);

    /// <summary>The same with models that are in memory already.</summary>
    internal static async Task<DeliberateServer> StartAsync(ServerOptions options, ServedModels? models, CancellationToken cancellation = default)
    {
        var address = ListenAddress.Parse(options);
        if (options is { Database: null, PublicAddress: not null }) throw new UserError("Without accounts nobody comes from elsewhere.", field: "--public-address", advice: "Name a database too: --database FOLDER.");
        if (options.Port is < 0 or > 65535) throw new UserError($"{options.Port} is not a port.", field: "--port", advice: "Ports go from 1 to 65535; 0 takes any that is free.");
        if (File.Exists(options.Runs)) throw new UserError("This is a file, not a folder of runs.", options.Runs, advice: "Name the folder of your runs: --runs FOLDER.");
        // Evaluations alone are served as often as one likes: nothing but labels is written, a line each.
        var held = options.Runs is null ? null : ServerLock.Take(options.Runs);
        WebApplication? app = null;
        ApiServer? api = null;
        try
        {
            api = options.Api is null ? null : ApiServer.Open(options.Api, options.Time, models);
            var tokens = new AccessTokens();
            app = Build(options, address, tokens, api);
            if (options.Database is not null) await StoredState.UpgradeAsync(app.Services, cancellation);
            await app.StartAsync(cancellation);
            var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
            return new DeliberateServer(app, options.Database is null ? tokens : null, held, api, $"{(options.Api?.Certificate is null ? "http" : "https")}://{ListenAddress.InUrl(address)}:{port}", held is not null || options.Runs is null);
        }
        catch (Exception error)
        {
            if (app is not null) await app.DisposeAsync();
            if (api is not null) await api.DisposeAsync();
            held?.Dispose();
            if (error is IOException { InnerException: AddressInUseException }) throw InUse(options, error);
            if (error is SocketException { SocketErrorCode: SocketError.AccessDenied }) throw new UserError($"Port {options.Port} may not be listened on.", field: "--port", advice: "Ports below 1024 are the system's: choose a higher one.", inner: error);
            if (error is SocketException { SocketErrorCode: SocketError.AddressNotAvailable }) throw new UserError($"This machine has no address {options.Address}.", field: "--address", advice: "Use 127.0.0.1.", inner: error);
            throw;
        }
    }

    /// <summary>An address that lets one browser in, once; on a server with accounts, where people sign in, the page's own.</summary>
    /// <param name="path">The page that it opens.</param>
    public string NewLink(string path = "/") => _tokens is null ? $"{Public}{path}" : $"{Address}{path}?{AccessGate.TokenParameter}={_tokens.Issue()}";

    /// <summary>What links to a server with accounts begin with.</summary>
    private string Public => _app.Services.GetRequiredService<PublicAddress>().Named ?? Address;

    /// <summary>On a server with accounts that has no owner yet: an address that makes whoever opens it one, once. Else null.</summary>
    public async Task<string?> OwnerInvitationAsync(CancellationToken cancellation = default)
    {
        if (_app.Services.GetService<AccountStore>() is not { } accounts || await accounts.HasOwnerAsync(cancellation)) return null;
        return $"{Public}{AccountsArea.Invitations}/{await accounts.InviteAsync(Actor.CommandLine, AccountRole.Owner, cancellation: cancellation)}";
    }

    /// <summary>Changes to the models whose files changed since they were read, while requests go on: those in work are finished by the model that they began with.</summary>
    /// <returns>Names of the models that were changed.</returns>
    public Task<IReadOnlyList<string>> ReloadAsync() => _api?.Changes?.ReloadAsync() ?? Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>Until it is told to stop.</summary>
    public async Task RunUntilAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null) await _api.FinishAsync();
        // Open pages hold connections that never end by themselves.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        if (_api is not null) await _api.DisposeAsync();
        _lock?.Dispose();
    }

    private static UserError InUse(ServerOptions options, Exception error) => new(
        $"Port {options.Port} is in use by another program.", field: "--port",
        advice: $"Choose another, for example --port {(options.Port < 65535 ? options.Port + 1 : 8080)}, or --port 0 for any that is free.", inner: error);

    private static WebApplication Build(ServerOptions options, IPAddress address, AccessTokens tokens, ApiServer? api)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Deliberate", ContentRootPath = AppContext.BaseDirectory, EnvironmentName = "Production" });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (ServerCertificate.Open(options.Api) is { } certificate) kestrel.Listen(address, options.Port, listen => listen.UseHttps(certificate));
            else kestrel.Listen(address, options.Port);
        });
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
            // That pages with forms are not kept is as it should be.
            .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error)
            // A database that went away is told once by the gate.
            .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None)
            // Why it cannot listen is said by whoever started it.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        var services = builder.Services;
        services.AddRouting();
        if (api is not null) services.AddSingleton(api);
        services.AddSingleton(options).AddSingleton(tokens).AddSingleton(options.Time);
        if (options.Database is { } database)
        {
            StoredState.AddTo(services, DatabaseFor(database));
            StoredState.KeepKeys(services);
            services.AddSingleton(new PublicAddress(options));
            services.AddAntiforgery(forms => (forms.Cookie.Name, forms.Cookie.SecurePolicy) = ("deliberate-forms", CookieSecurePolicy.SameAsRequest));
            RequestLimits.Add(services);
            OpenIdSignIn.Add(services, options);
        }
        else
        {
            // Keys live as long as the process, as everything that they protect does: none is written to the user's folder.
            services.AddDataProtection().UseEphemeralDataProtectionProvider();
            services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new MemoryKeys());
        }

        services.AddRazorComponents().AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitMaxRetained = 20);
        foreach (var area in ServerAreas.All) area.AddServices(services, options);

        var app = builder.Build();
        if (api is not null) ApiBranch.Map(app, api);
        if (options.Database is null)
        {
            app.UseMiddleware<AccessGate>();
        }
        else
        {
            if (options.PublicAddress is not null) app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto });
            app.UseRateLimiter();
            app.UseMiddleware<AccountGate>();
        }

        app.UseRouting();
        if (options.Configuration?.Settings.SignIn is not null && options.Database is not null) app.UseAuthentication();
        app.UseAntiforgery();
        ServerAssets.Map(app);
        app.MapGet("/", (HttpContext context) => Results.LocalRedirect(ServerAreas.Shown(options, context.Features.Get<SignedIn>()?.Account.Role)[0].Path));
        foreach (var area in ServerAreas.All) area.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }

    /// <summary>The database, in a folder that is made where it is missing.</summary>
    private static DatabaseChoice DatabaseFor(string name)
    {
        var choice = DatabaseChoice.Parse(name);
        try
        {
            if (choice.File is { } file) Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(Path.GetDirectoryName(choice.File)!, "Name a folder that you may write to: --database FOLDER.", error);
        }

        return choice;
    }
}
