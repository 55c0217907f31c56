"""Who may open what: every route, for nobody and for somebody in each role, from one table."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from config import Testing
from tests.pages import Browser
from tests.views.scene import Scene, furnish
from tests.world import PEOPLE, World

TABLE = """
                                                            - car ars coo dep ara dre fed emp pro nat adm ail
GET  /static/src/jalon.scss                                 200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /sante                                                 200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /robots.txt                                            200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /.well-known/security.txt                              200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /donnees-personnelles                                  200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /donnees-personnelles/demande                          200 200 200 200 200 200 200 200 200 200 200 200 200
POST /donnees-personnelles/demande                          422 422 422 422 422 422 422 422 422 422 422 422 422
GET  /donnees-personnelles/demande/recue                    200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /donnees-personnelles/mes-donnees                      302 200 200 200 200 200 200 200 200 200 200 200 200
GET  /donnees-personnelles/mes-donnees.json                 302 200 200 200 200 200 200 200 200 200 200 200 200
GET  /donnees-personnelles/demandes                         302 403 403 403 403 403 403 403 403 403 403 200 403
GET  /donnees-personnelles/demandes/{data_request}          302 403 403 403 403 403 403 403 403 403 403 200 403
POST /donnees-personnelles/demandes/{data_request}          401 403 403 403 403 403 403 403 403 403 403 422 403
GET  /aide                                                  200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /aide/procedure                                        200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /aide/indicateurs                                      200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /aide/droits                                           200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /aide/accessibilite                                    200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /aide/securite                                         200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /connexion                                             200 200 200 200 200 200 200 200 200 200 200 200 200
POST /connexion                                             422 422 422 422 422 422 422 422 422 422 422 422 422
POST /demo/connexion                                        404 404 404 404 404 404 404 404 404 404 404 404 404
GET  /mot-de-passe-oublie                                   200 200 200 200 200 200 200 200 200 200 200 200 200
POST /mot-de-passe-oublie                                   422 422 422 422 422 422 422 422 422 422 422 422 422
GET  /connexion/lien                                        200 200 200 200 200 200 200 200 200 200 200 200 200
POST /connexion/lien                                        422 422 422 422 422 422 422 422 422 422 422 422 422
GET  /lien/inconnu                                          404 404 404 404 404 404 404 404 404 404 404 404 404
POST /lien/inconnu                                          404 404 404 404 404 404 404 404 404 404 404 404 404
GET  /connexion/proconnect                                  404 404 404 404 404 404 404 404 404 404 404 404 404
GET  /connexion/proconnect/retour                           404 404 404 404 404 404 404 404 404 404 404 404 404
GET  /compte                                                302 200 200 200 200 200 200 200 200 200 200 200 200
GET  /compte/mot-de-passe                                   302 200 200 200 200 200 200 200 200 200 200 200 200
POST /compte/mot-de-passe                                   401 422 422 422 422 422 422 422 422 422 422 422 422
GET  /compte/second-facteur                                 302 200 200 200 200 200 200 200 200 200 200 200 200
POST /compte/second-facteur                                 401 302 302 302 302 302 302 302 302 302 302 302 302
GET  /compte/second-facteur/confirmation                    302 302 302 302 302 302 302 302 302 302 302 302 302
POST /compte/second-facteur/confirmation                    401 422 422 422 422 422 422 422 422 422 422 422 422
POST /compte/second-facteur/codes                           401 302 302 302 302 302 302 302 302 302 302 302 302
GET  /compte/second-facteur/suppression                     302 302 302 302 302 302 302 302 302 302 302 302 302
POST /compte/second-facteur/suppression                     401 302 302 302 302 302 302 302 302 302 302 302 302
POST /compte/sessions/999999/fin                            401 404 404 404 404 404 404 404 404 404 404 404 404
POST /compte/sessions/fin                                   401 302 302 302 302 302 302 302 302 302 302 302 302
GET  /presence                                              302 204 204 204 204 204 204 204 204 204 204 204 204
GET  /deverrouiller                                         302 302 302 302 302 302 302 302 302 302 302 302 302
POST /deverrouiller                                         401 302 302 302 302 302 302 302 302 302 302 302 302
GET  /verification                                          302 302 302 302 302 302 302 302 302 302 302 302 302
POST /verification                                          401 302 302 302 302 302 302 302 302 302 302 302 302
GET  /fonctions                                             302 200 200 200 200 200 200 200 200 200 200 200 200
GET  /                                                      302 200 200 200 200 200 200 200 200 200 200 200 200
GET  /dossiers                                              302 200 200 200 200 200 403 200 200 200 403 403 200
GET  /dossiers.xlsx                                         302 200 200 200 200 200 403 200 200 200 403 403 200
GET  /employeurs                                            302 200 200 200 200 200 403 200 200 200 403 403 200
GET  /employeurs.xlsx                                       302 200 200 200 200 200 403 200 200 200 403 403 200
GET  /journal                                               302 403 403 403 403 403 403 403 403 403 403 200 403
GET  /journal/consultations                                 302 403 403 403 403 403 403 403 403 403 403 200 403
GET  /dossiers/{case}                                       302 200 200 200 200 200 403 200 200 200 403 403 404
GET  /dossiers/{public_case}                                302 200 200 200 200 404 403 404 404 404 403 403 404
GET  /dossiers/{far_case}                                   302 404 404 404 404 404 403 404 404 404 403 403 200
GET  /dossiers/{case}/etapes/start_diagnostic               302 200 200 200 200 403 403 403 403 403 403 403 404
POST /dossiers/{case}/etapes/start_diagnostic               401 422 403 403 403 403 403 403 403 403 403 403 404
GET  /dossiers/{public_case}/etapes/contact                 302 403 200 200 200 403 403 403 403 403 403 403 404
POST /dossiers/{public_case}/etapes/contact                 401 403 422 422 403 403 403 403 403 403 403 403 404
GET  /dossiers/{far_case}/etapes/contact                    302 404 404 404 404 403 403 403 403 403 403 403 200
GET  /dossiers/{case}/etapes/inconnue                       302 404 404 404 404 403 403 403 403 403 403 403 404
GET  /dossiers/{case}/equipe                                302 200 403 200 403 403 403 403 403 403 403 403 404
POST /dossiers/{case}/equipe                                401 409 403 409 403 403 403 403 403 403 403 403 404
GET  /dossiers/{public_case}/equipe                         302 403 200 200 403 403 403 403 403 403 403 403 404
GET  /dossiers/{far_case}/equipe                            302 404 404 404 404 403 403 403 403 403 403 403 200
GET  /dossiers/{case}/partenaires                           302 200 200 200 200 200 403 403 403 200 403 403 404
POST /dossiers/{case}/partenaires                           401 422 422 422 422 422 403 403 403 422 403 403 404
GET  /dossiers/{public_case}/partenaires                    302 403 200 200 200 404 403 404 404 404 403 403 404
POST /dossiers/{public_case}/partenaires                    401 403 422 422 422 404 403 404 404 404 403 403 404
GET  /dossiers/{far_case}/partenaires                       302 404 404 404 404 404 403 404 404 404 403 403 200
POST /dossiers/{case}/invitations                           401 400 403 400 403 403 403 403 403 403 403 403 404
POST /dossiers/{public_case}/invitations                    401 403 400 400 403 403 403 403 403 403 403 403 404
POST /dossiers/{far_case}/invitations                       401 404 404 404 404 403 403 403 403 403 403 403 400
GET  /dossiers/{case}/notes/nouvelle                        302 200 200 200 200 200 403 200 403 200 403 403 404
POST /dossiers/{case}/notes/nouvelle                        401 422 422 422 422 422 403 422 403 422 403 403 404
GET  /dossiers/{public_case}/notes/nouvelle                 302 403 200 200 200 404 403 404 403 404 403 403 404
GET  /dossiers/{far_case}/notes/nouvelle                    302 404 404 404 404 404 403 404 403 404 403 403 200
POST /dossiers/{far_case}/notes/nouvelle                    401 404 404 404 404 404 403 404 403 404 403 403 422
POST /dossiers/{case}/rattachements                         401 302 302 302 302 302 403 302 403 302 403 403 404
POST /dossiers/{public_case}/rattachements                  401 403 302 302 302 404 403 404 403 404 403 403 404
POST /dossiers/{far_case}/rattachements                     401 404 404 404 404 404 403 404 403 404 403 403 302
GET  /dossiers/{case}/visites/nouvelle                      302 200 403 403 403 200 403 403 403 200 403 403 404
POST /dossiers/{case}/visites/nouvelle                      401 422 403 403 403 422 403 403 403 422 403 403 404
GET  /dossiers/{public_case}/visites/nouvelle               302 403 403 403 403 404 403 403 403 404 403 403 404
GET  /dossiers/{far_case}/visites/nouvelle                  302 404 403 403 403 404 403 403 403 404 403 403 200
GET  /dossiers/{case}/documents/nouveau                     302 200 200 200 200 200 403 200 403 200 403 403 404
POST /dossiers/{case}/documents/nouveau                     401 422 422 422 422 422 403 422 403 422 403 403 404
GET  /dossiers/{public_case}/documents/nouveau              302 403 200 200 200 404 403 404 403 404 403 403 404
GET  /dossiers/{far_case}/documents/nouveau                 302 404 404 404 404 404 403 404 403 404 403 403 200
GET  /employeurs/{employer}                                 302 200 200 200 200 200 403 200 200 200 403 403 404
GET  /employeurs/{public_employer}                          302 200 200 200 200 404 403 404 404 404 403 403 404
GET  /employeurs/{quiet_employer}                           302 200 200 200 404 404 403 404 404 404 403 403 404
GET  /employeurs/{far_employer}                             302 404 404 404 404 404 403 404 404 404 403 403 200
GET  /employeurs/{employer}/modifier                        302 200 200 200 200 403 403 403 403 403 403 403 404
POST /employeurs/{employer}/modifier                        401 422 422 422 422 403 403 403 403 403 403 403 404
GET  /employeurs/{public_employer}/modifier                 302 403 200 200 200 403 403 403 403 403 403 403 404
GET  /employeurs/{far_employer}/modifier                    302 404 404 404 404 403 403 403 403 403 403 403 200
GET  /employeurs/{employer}/dossiers/nouveau                302 200 200 200 200 403 403 403 403 403 403 403 404
POST /employeurs/{employer}/dossiers/nouveau                401 422 422 422 422 403 403 403 403 403 403 403 404
GET  /employeurs/{public_employer}/dossiers/nouveau         302 403 200 200 200 403 403 403 403 403 403 403 404
GET  /employeurs/{far_employer}/dossiers/nouveau            302 404 404 404 404 403 403 403 403 403 403 403 200
POST /employeurs/{far_employer}/dossiers/nouveau            401 404 404 404 404 403 403 403 403 403 403 403 422
GET  /employeurs/{employer}/notes/nouvelle                  302 200 200 200 200 200 403 200 403 200 403 403 404
POST /employeurs/{employer}/notes/nouvelle                  401 422 422 422 422 422 403 422 403 422 403 403 404
GET  /employeurs/{public_employer}/notes/nouvelle           302 403 200 200 200 404 403 404 403 404 403 403 404
GET  /employeurs/{quiet_employer}/notes/nouvelle            302 200 200 200 404 404 403 404 403 404 403 403 404
GET  /employeurs/{far_employer}/notes/nouvelle              302 404 404 404 404 404 403 404 403 404 403 403 200
POST /employeurs/{far_employer}/notes/nouvelle              401 404 404 404 404 404 403 404 403 404 403 403 422
GET  /employeurs/{employer}/visites/nouvelle                302 200 403 403 403 200 403 403 403 200 403 403 404
POST /employeurs/{employer}/visites/nouvelle                401 422 403 403 403 422 403 403 403 422 403 403 404
GET  /employeurs/{public_employer}/visites/nouvelle         302 403 403 403 403 404 403 403 403 404 403 403 404
GET  /employeurs/{far_employer}/visites/nouvelle            302 404 403 403 403 404 403 403 403 404 403 403 200
GET  /employeurs/{employer}/documents/nouveau               302 200 200 200 200 200 403 200 403 200 403 403 404
POST /employeurs/{employer}/documents/nouveau               401 422 422 422 422 422 403 422 403 422 403 403 404
GET  /employeurs/{public_employer}/documents/nouveau        302 403 200 200 200 404 403 404 403 404 403 403 404
GET  /employeurs/{far_employer}/documents/nouveau           302 404 404 404 404 404 403 404 403 404 403 403 200
GET  /employeurs/{employer}/contacts/nouveau                302 200 200 200 200 403 403 403 200 403 403 403 404
POST /employeurs/{employer}/contacts/nouveau                401 422 422 422 422 403 403 403 422 403 403 403 404
GET  /employeurs/{public_employer}/contacts/nouveau         302 403 200 200 200 403 403 403 404 403 403 403 404
GET  /employeurs/{far_employer}/contacts/nouveau            302 404 404 404 404 403 403 403 404 403 403 403 200
GET  /employeurs/{employer}/contacts/{contact}              302 200 200 200 200 403 403 403 200 403 403 403 404
POST /employeurs/{employer}/contacts/{contact}              401 422 422 422 422 403 403 403 422 403 403 403 404
GET  /employeurs/{employer}/contacts/{far_contact}          302 404 404 404 404 403 403 403 404 403 403 403 404
GET  /employeurs/{far_employer}/contacts/{far_contact}      302 404 404 404 404 403 403 403 404 403 403 403 200
GET  /etablissements/{structure}                            302 200 200 200 200 200 403 200 200 200 403 403 404
GET  /etablissements/{far_structure}                        302 404 404 404 404 404 403 404 404 404 403 403 200
GET  /etablissements/{structure}/modifier                   302 200 200 200 200 403 403 403 403 403 403 403 404
POST /etablissements/{structure}/modifier                   401 302 302 302 302 403 403 403 403 403 403 403 404
GET  /etablissements/{far_structure}/modifier               302 404 404 404 404 403 403 403 403 403 403 403 200
GET  /etablissements/{structure}/fiche-de-situation.pdf     302 200 200 200 200 200 403 403 200 403 403 403 404
GET  /etablissements/{far_structure}/fiche-de-situation.pdf 302 404 404 404 404 404 403 404 404 404 403 403 200
GET  /etablissements/{structure}/remarque                   302 403 403 403 403 403 403 403 200 403 403 403 403
POST /etablissements/{structure}/remarque                   401 403 403 403 403 403 403 403 422 403 403 403 403
GET  /etablissements/{far_structure}/remarque               302 403 403 403 403 403 403 403 404 403 403 403 403
GET  /remarques/{remark}/reponse                            302 403 200 200 403 403 403 403 403 403 403 403 404
POST /remarques/{remark}/reponse                            401 403 422 422 403 403 403 403 403 403 403 403 404
GET  /remarques/{far_remark}/reponse                        302 404 404 404 404 403 403 403 403 403 403 403 403
GET  /donnees                                               302 200 200 200 200 403 403 403 403 403 403 403 200
GET  /donnees/sans-reponse                                  302 200 200 200 200 403 403 403 403 403 403 403 200
GET  /donnees/sans-reponse.xlsx                             302 200 200 200 200 403 403 403 403 403 403 403 200
GET  /employeurs/{employer}/retour-annuel.pdf               302 403 403 403 403 403 403 403 200 403 403 403 403
GET  /employeurs/{far_employer}/retour-annuel.pdf           302 403 403 403 403 403 403 403 404 403 403 403 403
GET  /notes/{note}                                          302 200 404 404 404 404 403 404 404 404 403 403 404
GET  /notes/{ars_note}                                      302 200 200 200 200 404 403 404 404 404 403 403 404
GET  /notes/{public_note}                                   302 404 200 200 200 404 403 404 404 404 403 403 404
GET  /notes/{far_note}                                      302 404 404 404 404 404 403 404 404 404 403 403 200
GET  /notes/{note}/modifier                                 302 200 404 404 404 404 403 404 403 404 403 403 404
POST /notes/{note}/modifier                                 401 422 404 404 404 404 403 404 403 404 403 403 404
GET  /notes/{ars_note}/modifier                             302 403 200 200 403 404 403 404 403 404 403 403 404
POST /notes/{ars_note}/modifier                             401 403 422 422 403 404 403 404 403 404 403 403 404
GET  /notes/{far_note}/modifier                             302 404 404 404 404 404 403 404 403 404 403 403 200
POST /notes/{far_note}/modifier                             401 404 404 404 404 404 403 404 403 404 403 403 422
GET  /notes/{note}/visite                                   302 200 403 403 403 404 403 403 403 404 403 403 404
POST /notes/{note}/visite                                   401 422 403 403 403 404 403 403 403 404 403 403 404
GET  /notes/{ars_note}/visite                               302 403 403 403 403 404 403 403 403 404 403 403 404
GET  /notes/{far_note}/visite                               302 404 403 403 403 404 403 403 403 404 403 403 200
GET  /visites/{draft}                                       302 200 404 404 404 404 403 403 404 404 403 403 404
GET  /visites/{final}                                       302 200 200 200 200 404 403 403 200 404 403 403 404
GET  /visites/{far_draft}                                   302 404 404 404 404 404 403 403 404 404 403 403 200
GET  /visites/{far_final}                                   302 404 404 404 404 404 403 403 404 404 403 403 200
GET  /visites/{draft}/modifier                              302 200 403 403 403 404 403 403 403 404 403 403 404
POST /visites/{draft}/modifier                              401 422 403 403 403 404 403 403 403 404 403 403 404
GET  /visites/{final}/modifier                              302 403 403 403 403 404 403 403 403 404 403 403 404
POST /visites/{final}/modifier                              401 422 403 403 403 404 403 403 403 404 403 403 404
GET  /visites/{far_draft}/modifier                          302 404 403 403 403 404 403 403 403 404 403 403 200
GET  /visites/{draft}/compte-rendu.pdf                      302 404 404 404 404 404 403 403 404 404 403 403 404
GET  /visites/{final}/compte-rendu.pdf                      302 200 200 200 200 404 403 403 200 404 403 403 404
GET  /visites/{far_final}/compte-rendu.pdf                  302 404 404 404 404 404 403 403 404 404 403 403 200
GET  /documents/{document}                                  302 200 404 404 404 404 403 404 404 404 403 403 404
GET  /documents/{shared_document}                           302 200 200 200 200 404 403 404 404 404 403 403 404
GET  /documents/{far_document}                              302 404 404 404 404 404 403 404 404 404 403 403 200
POST /visites/{draft}/supprimer                             401 409 403 403 403 404 403 403 403 404 403 403 404
POST /visites/{final}/supprimer                             401 403 403 403 403 404 403 403 403 404 403 403 404
POST /visites/{far_draft}/supprimer                         401 404 403 403 403 404 403 403 403 404 403 403 409
POST /visites/{draft}/finaliser                             401 409 403 403 403 404 403 403 403 404 403 403 404
POST /visites/{final}/finaliser                             401 302 403 403 403 404 403 403 403 404 403 403 404
POST /visites/{far_draft}/finaliser                         401 404 403 403 403 404 403 403 403 404 403 403 409
POST /visites/{final}/rectifier                             401 422 403 403 403 404 403 403 403 404 403 403 404
POST /visites/{draft}/rectifier                             401 403 403 403 403 404 403 403 403 404 403 403 404
POST /visites/{far_final}/rectifier                         401 404 403 403 403 404 403 403 403 404 403 403 422
GET  /imports                                               302 200 200 200 200 403 403 200 403 403 403 403 200
GET  /imports/modeles/contacts.xlsx                         302 200 200 200 200 403 403 404 403 403 403 403 200
GET  /imports/nouveau                                       302 200 200 200 200 403 403 200 403 403 403 403 200
POST /imports/nouveau                                       401 422 422 422 422 403 403 422 403 403 403 403 422
GET  /imports/{import}                                      302 404 200 200 404 403 403 404 403 403 403 403 404
GET  /imports/{far_import}                                  302 404 404 404 404 403 403 404 403 403 403 403 200
GET  /imports/{import}/avancement                           302 404 302 302 404 403 403 404 403 403 403 403 404
GET  /imports/{import}/rejets.csv                           302 404 200 200 404 403 403 404 403 403 403 403 404
GET  /imports/{import}/rejets.xlsx                          302 404 200 200 404 403 403 404 403 403 403 403 404
POST /imports/{import}/verifier                             401 404 409 409 404 403 403 404 403 403 403 403 404
POST /imports/{import}/confirmer                            401 404 409 409 404 403 403 404 403 403 403 403 404
POST /imports/{import}/abandonner                           401 404 409 409 404 403 403 404 403 403 403 403 404
POST /imports/{import}/annuler                              401 404 409 409 404 403 403 404 403 403 403 403 404
GET  /conventions                                           302 200 200 200 200 200 200 200 403 200 200 403 200
GET  /conventions/nouvelle                                  302 403 403 200 403 403 403 403 403 403 403 403 403
POST /conventions/nouvelle                                  401 403 403 422 403 403 403 403 403 403 403 403 403
GET  /conventions/{convention}                              302 200 200 200 200 200 404 200 403 200 404 403 404
GET  /conventions/{draft_convention}                        302 200 200 200 404 404 404 404 403 404 404 403 404
GET  /conventions/{far_convention}                          302 404 404 404 404 404 404 404 403 404 404 403 200
GET  /conventions/{convention}/modifier                     302 403 403 403 403 403 403 403 403 403 403 403 404
GET  /conventions/{draft_convention}/modifier               302 403 403 200 404 403 403 403 403 403 403 403 404
POST /conventions/{draft_convention}/modifier               401 403 403 422 404 403 403 403 403 403 403 403 404
POST /conventions/{convention}/confirmer                    401 403 403 302 403 403 404 403 403 403 404 403 404
POST /conventions/{draft_convention}/confirmer              401 403 403 302 404 404 404 404 403 404 404 403 404
GET  /conventions/{convention}/fin                          302 403 403 200 403 403 404 403 403 403 404 403 404
POST /conventions/{convention}/fin                          401 403 403 422 403 403 404 403 403 403 404 403 404
GET  /conventions/{far_convention}/fin                      302 404 404 404 404 404 404 404 403 404 404 403 403
GET  /employeurs/{employer}/empechement                     302 200 403 403 403 403 403 403 403 403 403 403 404
POST /employeurs/{employer}/empechement                     401 422 403 403 403 403 403 403 403 403 403 403 404
GET  /employeurs/{public_employer}/empechement              302 403 403 403 403 403 403 403 403 403 403 403 404
GET  /employeurs/{far_employer}/empechement                 302 404 403 403 403 403 403 403 403 403 403 403 200
GET  /dossiers/{case}/comme/employeur                       302 200 200 200 200 403 403 403 403 403 403 403 404
GET  /dossiers/{public_case}/comme/employeur                302 403 200 200 200 403 403 403 403 403 403 403 404
GET  /dossiers/{far_case}/comme/employeur                   302 404 404 404 404 403 403 403 403 403 403 403 200
GET  /dossiers/{case}/comme/{aract}                         302 200 200 200 200 403 403 403 403 403 403 403 404
GET  /dossiers/{far_case}/comme/{aract}                     302 404 404 404 404 403 403 403 403 403 403 403 404
GET  /employeurs/{employer}/comme/employeur                 302 200 200 200 200 403 403 403 403 403 403 403 404
GET  /employeurs/{employer}/comme/{aract}                   302 200 200 200 200 403 403 403 403 403 403 403 404
GET  /employeurs/{far_employer}/comme/employeur             302 404 404 404 404 403 403 403 403 403 403 403 200
GET  /organisme/personnes                                   302 403 403 403 403 403 403 403 403 403 403 200 403
GET  /organisme/personnes/inviter                           302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/personnes/inviter                           401 403 403 403 403 403 403 403 403 403 403 422 403
GET  /organisme/personnes/{person}                          302 403 403 403 403 403 403 403 403 403 403 200 403
GET  /organisme/personnes/{far_person}                      302 403 403 403 403 403 403 403 403 403 403 404 403
GET  /organisme/personnes/{person}/modifier                 302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/personnes/{person}/modifier                 401 403 403 403 403 403 403 403 403 403 403 409 403
GET  /organisme/personnes/{far_person}/modifier             302 403 403 403 403 403 403 403 403 403 403 404 403
POST /organisme/personnes/{far_person}/modifier             401 403 403 403 403 403 403 403 403 403 403 404 403
POST /organisme/personnes/{person}/invitation               401 403 403 403 403 403 403 403 403 403 403 400 403
POST /organisme/personnes/{far_person}/invitation           401 403 403 403 403 403 403 403 403 403 403 404 403
POST /organisme/personnes/{person}/retrait                  401 403 403 403 403 403 403 403 403 403 403 400 403
POST /organisme/personnes/{far_person}/retrait              401 403 403 403 403 403 403 403 403 403 403 404 403
POST /organisme/personnes/{person}/retablissement           401 403 403 403 403 403 403 403 403 403 403 302 403
POST /organisme/personnes/{far_person}/retablissement       401 403 403 403 403 403 403 403 403 403 403 404 403
GET  /organisme/personnes/{person}/depart                   302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/personnes/{person}/depart                   401 403 403 403 403 403 403 403 403 403 403 422 403
GET  /organisme/personnes/{far_person}/depart               302 403 403 403 403 403 403 403 403 403 403 404 403
POST /organisme/personnes/{far_person}/depart               401 403 403 403 403 403 403 403 403 403 403 404 403
GET  /organisme/habilitations                               302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/habilitations                               401 403 403 403 403 403 403 403 403 403 403 422 403
GET  /organismes/{aract}/administration                     302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organismes/{aract}/administration                     401 403 403 403 403 403 403 403 403 403 403 422 403
GET  /compte/absences/nouvelle                              302 200 200 200 200 200 200 200 403 200 200 200 200
POST /compte/absences/nouvelle                              401 422 422 422 422 422 422 422 403 422 422 422 422
GET  /compte/absences/{absence}                             302 200 404 404 404 404 404 404 403 404 404 404 404
POST /compte/absences/{absence}                             401 422 404 404 404 404 404 404 403 404 404 404 404
POST /compte/absences/{absence}/fin                         401 409 404 404 404 404 404 404 403 404 404 404 404
GET  /organisme/personnes/{person}/absences/nouvelle        302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/personnes/{person}/absences/nouvelle        401 403 403 403 403 403 403 403 403 403 403 422 403
GET  /organisme/personnes/{far_person}/absences/nouvelle    302 403 403 403 403 403 403 403 403 403 403 404 403
GET  /organisme/personnes/{person}/absences/{admin_absence} 302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/personnes/{person}/absences/{admin_absence} 401 403 403 403 403 403 403 403 403 403 403 422 403
GET  /organisme/personnes/{person}/absences/{absence}       302 403 403 403 403 403 403 403 403 403 403 404 403
POST /organisme/personnes/{person}/absences/{admin_absence}/fin 401 403 403 403 403 403 403 403 403 403 403 409 403
POST /organisme/personnes/{person}/absences/{absence}/fin   401 403 403 403 403 403 403 403 403 403 403 404 403
GET  /acces-exceptionnel                                    302 200 200 200 200 403 403 403 403 403 403 403 200
POST /acces-exceptionnel                                    401 422 422 422 422 403 403 403 403 403 403 403 422
POST /acces-exceptionnel/{access}/fin                       401 302 404 404 404 403 403 403 403 403 403 403 404
GET  /organisme/acces-exceptionnels                         302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/acces-exceptionnels/{access}/fermeture      401 403 403 403 403 403 403 403 403 403 403 404 403
POST /organisme/acces-exceptionnels/{access}/vu             401 403 403 403 403 403 403 403 403 403 403 404 403
GET  /compte/delegations/nouvelle                           302 200 200 200 200 200 200 200 403 200 200 200 200
POST /compte/delegations/nouvelle                           401 422 422 422 422 422 422 422 403 422 422 422 422
POST /compte/delegations/{delegation}/fin                   401 302 404 404 404 404 404 404 403 404 404 404 404
GET  /organisme/personnes/{person}/delegations/nouvelle     302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/personnes/{person}/delegations/nouvelle     401 403 403 403 403 403 403 403 403 403 403 422 403
GET  /organisme/personnes/{far_person}/delegations/nouvelle 302 403 403 403 403 403 403 403 403 403 403 404 403
POST /organisme/personnes/{person}/delegations/{delegation}/fin 401 403 403 403 403 403 403 403 403 403 403 404 403
POST /fonctions                                             401 302 302 302 302 302 302 302 302 302 302 302 302
POST /deconnexion                                           401 302 302 302 302 302 302 302 302 302 302 302 302
"""
"""What each answers: a GET as it stands, a POST of nothing but the token against forgery.

302 or 401: sign in first; 422, 409 or 400: allowed, but what was sent is incomplete. « emp » manages the employer
of {case}; {public_case} is that of a CCAS; « ail » is a préventeur of another territory, where everything « far » is.
"""

SOMEBODY = dict(zip(TABLE.split()[1 : len(PEOPLE) + 1], PEOPLE, strict=True))


WRITING = re.compile(r"^(INSERT|UPDATE|DELETE)|FOR (NO KEY )?UPDATE")
"""What a GET never sends: it changes nothing and makes nobody wait."""

USE = re.compile(r"^UPDATE user_sessions SET seen_at|^SET LOCAL lock_timeout")
"""What any request may send besides, once a minute: the time at which its session was last in use."""

JOURNAL = re.compile(r"^INSERT INTO (access|journal)_entries|^UPDATE journal_heads|FROM journal_heads")
"""What the journal writes of a GET, once its answer is made: a row of access, and the entry of a file that leaves."""

DEMO = {"/demo/courriels": 200, "/demo/courriels/inconnu": 404, "/demo/courriels/inconnu/mise-en-forme": 404}
"""What the demonstration adds, open to anybody."""


class Row(NamedTuple):
    method: str
    template: str
    expected: dict[str, int]


def rows() -> list[Row]:
    """The table, read: the expected status by column."""
    head, *lines = TABLE.strip("\n").splitlines()
    cells = [(head.split(), line.split()) for line in lines]
    return [Row(words[0], words[1], dict(zip(columns, map(int, words[2:]), strict=True))) for columns, words in cells]


def test_no_row_is_told_twice() -> None:
    told = Counter((row.method, row.template) for row in rows())
    assert [row for row, count in told.items() if count > 1] == []


def test_every_route_has_a_row(app: Flask) -> None:
    known = app.url_map.bind("localhost")
    told = {(known.match(re.sub("{.*?}", "1", row.template), row.method)[0], row.method) for row in rows()}
    assert told == {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }


class Demonstration(Testing):
    DEMO = True


def test_the_demonstration_adds_its_mails_and_nothing_else(app: Flask, tmp_path: Path) -> None:
    config = Demonstration()
    config.MAIL_FOLDER = str(tmp_path)
    demo = create_app(config)
    known = demo.url_map.bind("localhost")
    added = {rule.endpoint for rule in demo.url_map.iter_rules()} - {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {known.match(address)[0] for address in DEMO} == added
    assert {address: demo.test_client().get(address).status_code for address in DEMO} == DEMO
    assert {app.test_client().get(address).status_code for address in DEMO} == {404}


class Visitor:
    """Somebody who opens addresses one after the other, and counts what each costs, the journal left aside."""

    def __init__(self, app: Flask, column: str, statements: list[str]) -> None:
        self.browser = Browser(app, SOMEBODY.get(column))
        self.token = self.browser.token()
        self.statements = statements
        self.noted: list[str] = []

    def open(self, method: str, address: str) -> tuple[TestResponse, int]:
        self.statements.clear()
        data = {"csrf_token": self.token} if method == "POST" else None
        answer = self.browser.client.open(address, method=method, data=data)
        sent = [one for one in self.statements if not USE.match(one)]
        self.noted = [one for one in sent if JOURNAL.search(one)]
        own = [one for one in sent if not JOURNAL.search(one)]
        if method == "GET":
            is_file = "Content-Disposition" in answer.headers
            assert [one for one in own if WRITING.search(one)] == [], f"GET {address}"
            assert len(self.noted) <= (4 if is_file else 1) and sent == own + self.noted, f"GET {address}"
        if address == "/fonctions" and method == "POST":
            self.token = self.browser.token()  # another function is another session
        return answer, len(own)


@pytest.mark.parametrize("column", ["-", *SOMEBODY])
def test_each_role_gets_what_the_table_says(app: Flask, world: World, statements: list[str], column: str) -> None:
    scene, visitor = furnish(world), Visitor(app, column, statements)
    found, told = {}, {}
    for method, template, expected in sorted(rows(), key=lambda row: row.method):  # what a POST flashes comes last
        answer, count = visitor.open(method, scene.address(template))
        found[method, template], told[method, template] = answer.status_code, expected[column]
        if answer.status_code == 404 and "{" in template and method == "GET":
            _is_as_if_it_did_not_exist(visitor, scene, template, answer, count)
    assert {key: status for key, status in found.items() if status != told[key]} == {}


def _is_as_if_it_did_not_exist(visitor: Visitor, scene: Scene, template: str, answer: TestResponse, count: int) -> None:
    """Nothing tells what is out of sight from what nobody ever made: neither a byte nor a statement."""
    hidden = visitor.noted
    never, statements = visitor.open("GET", scene.missing(template))
    assert visitor.noted == hidden, template
    assert (never.status_code, bare(never), statements) == (404, bare(answer), count), template


def bare(answer: TestResponse) -> tuple[bytes, dict[str, str]]:
    """The body and headers of an answer without what is drawn at random for each request."""
    headers = {name: _without_chance(value) for name, value in answer.headers if name != "Set-Cookie"}
    return _without_chance(answer.text).encode(), headers


def _without_chance(text: str) -> str:
    text = re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", text)
    return re.sub(r"(nonce[=-]\"?)[\w-]+", r"\1", text)
