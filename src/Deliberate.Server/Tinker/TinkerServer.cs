using System.Net.Sockets;
using Deliberate.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Deliberate.Server;

/// <summary>The server of <c>deliberate tinker serve</c>: listens, and hands what comes to <see cref="TinkerService"/>. It shows no pages.</summary>
internal sealed class TinkerServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TinkerServer(WebApplication app, TinkerService service, string address) => (_app, Service, Address) = (app, service, address);

    public TinkerService Service { get; }

    /// <summary>Where it listens: <c>http://127.0.0.1:5180</c>.</summary>
    public string Address { get; }

    /// <summary>Reads the base, and listens.</summary>
    /// <exception cref="UserError">The model, the folder, the address or the port cannot be had.</exception>
    public static async Task<TinkerServer> StartAsync(TinkerOptions options, CancellationToken cancellation = default)
    {
        var listening = new ServerOptions { Address = options.Address, Port = options.Port, Api = new ApiOptions { Models = [], Keys = options.Keys, Certificate = options.Certificate, CertificateKey = options.CertificateKey } };
        var address = ListenAddress.Parse(listening);
        var certificate = ServerCertificate.Open(listening.Api);
        var service = TinkerService.Open(options);
        WebApplication? app = null;
        try
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Deliberate", ContentRootPath = AppContext.BaseDirectory, EnvironmentName = "Production" });
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                if (certificate is not null) kestrel.Listen(address, options.Port, listen => listen.UseHttps(certificate));
                else kestrel.Listen(address, options.Port);
            });
            builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
            builder.Services.AddRouting();
            app = builder.Build();
            app.UseRouting();
            TinkerRoutes.Map(app, service);
            await app.StartAsync(cancellation);
            var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
            var server = new TinkerServer(app, service, $"{(certificate is null ? "http" : "https")}://{ListenAddress.InUrl(address)}:{port}");
            service.Tell(server.Address);
            return server;
        }
        catch (Exception error)
        {
            if (app is not null) await app.DisposeAsync();
            await service.DisposeAsync();
            if (error is IOException { InnerException: AddressInUseException }) throw new UserError($"Port {options.Port} is in use by another program.", field: "--port", advice: "Choose another, or --port 0 for any that is free.", inner: error);
            if (error is SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable }) throw new UserError($"{options.Address} and port {options.Port} cannot be listened on: {error.Message}", field: "--address", inner: error);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Who waits for a result is told to ask again elsewhere.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        await Service.DisposeAsync();
    }
}
